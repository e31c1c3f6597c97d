// Network namespaces of a test's own: a server's and a client's, joined by a cable,
// nothing else. Names begin with `lunad`.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

export interface Pair {
  server: string
  client: string
  /** The interface of each is called `eth0`. */
  remove(): void
}

/** Why one of the programs cannot be had here; undefined when they are there. */
export function lackingProgram(programs: readonly string[]): string | undefined {
  const missing = programs.find((program) => !has(program))
  return missing && `needs ${missing}`
}

/** Why namespaces or one of the programs cannot be had here; undefined when all is well. */
export function lacking(programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root, for network namespaces'
  const missing = lackingProgram(programs)
  if (missing) return missing
  try {
    makePair('0.0.0.0/0').remove()
    return undefined
  } catch {
    return 'needs network namespaces, which this machine does not allow'
  }
}

/** Two namespaces; the server has the address, the client none that matters. */
export function makePair(address: string): Pair {
  const server = `lunads${process.pid}`
  const client = `lunadc${process.pid}`
  const remove = () => {
    for (const name of [server, client]) tryIp(['netns', 'del', name])
  }
  remove()
  try {
    for (const name of [server, client]) ip(['netns', 'add', name])
    ip(['-n', server, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', client])
    for (const name of [server, client])
      for (const device of ['lo', 'eth0']) ip(['-n', name, 'link', 'set', device, 'up'])
    if (address !== '0.0.0.0/0') ip(['-n', server, 'addr', 'add', address, 'dev', 'eth0'])
    ip(['-n', client, 'addr', 'add', '169.254.1.1/16', 'dev', 'eth0'])
    ip(['-n', client, 'route', 'add', 'default', 'dev', 'eth0'])
    return { server, client, remove }
  } catch (cause) {
    remove()
    throw cause
  }
}

/** Runs a program in a namespace and gives its output. */
export function runIn(namespace: string, program: string, args: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', namespace, program, ...args], {
    encoding: 'utf8',
    timeout: 15_000,
  })
}

/** Starts a daemon in a namespace and waits until it says `ready` on standard error. */
export async function startIn(
  namespace: string,
  program: string,
  args: readonly string[],
  ready: RegExp,
): Promise<ChildProcess> {
  const child = spawn('ip', ['netns', 'exec', namespace, ...unconfined(), program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (ready.test(said)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${said}`)))
    child.once('error', reject)
  })
  return child
}

/** Stops a daemon that was started here, and waits until it is gone. */
export async function stop(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

/** Distributions confine daemons to their own directories, where a test has no business. */
function unconfined(): string[] {
  const flag = '/sys/module/apparmor/parameters/enabled'
  const enabled = existsSync(flag) && readFileSync(flag, 'utf8').startsWith('Y')
  return enabled && has('aa-exec') ? ['aa-exec', '-p', 'unconfined', '--'] : []
}

function has(program: string): boolean {
  const dirs = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':')
  return dirs.some((dir) => existsSync(`${dir}/${program}`))
}

function ip(args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function tryIp(args: readonly string[]): void {
  try {
    ip(args)
  } catch {
    // It was not there.
  }
}
