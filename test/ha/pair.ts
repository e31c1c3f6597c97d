// Two heads and a client, each with network, processes and mounts of its own, joined by a bridge. A head has
// a directory of its own that it sees at the same place as the other one sees its own; sshd and dhcpd are
// real. When the processes that hold the namespaces are killed, all is gone.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

export const addresses = { a: '10.30.255.252', b: '10.30.255.253', floating: '10.30.255.254' } as const
export type Name = 'a' | 'b'

const luna = join(import.meta.dirname, '../../bin/luna')

export interface Ended {
  readonly status: number
  readonly output: string
}

/** A party: namespaces that a process holds. */
export class Party {
  readonly #holder: ChildProcess
  readonly #inside: number
  readonly #env: NodeJS.ProcessEnv

  constructor(holder: ChildProcess, inside: number, env: NodeJS.ProcessEnv) {
    this.#holder = holder
    this.#inside = inside
    this.#env = env
  }

  /** Its first process, as this side sees it. */
  get pid(): number {
    return this.#inside
  }

  /** Starts a program inside. */
  start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const enter = ['--target', String(this.#inside), '--mount', '--net', '--pid', '--', program, ...args]
    return spawn('nsenter', enter, { env: { ...this.#env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** Runs a program inside to its end. */
  async run(program: string, args: readonly string[]): Promise<Ended> {
    const child = this.start(program, args)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    const [code] = await once(child, 'close')
    return { status: Number(code ?? -1), output }
  }

  /** Runs a program that has to succeed. */
  async must(program: string, ...args: string[]): Promise<string> {
    const { status, output } = await this.run(program, args)
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status}\n${output}`)
    return output
  }

  async luna(...args: string[]): Promise<Ended> {
    return await this.run(process.execPath, [luna, ...args])
  }

  async end(): Promise<void> {
    this.#holder.kill('SIGKILL')
    if (this.#holder.exitCode === null && this.#holder.signalCode === null) await once(this.#holder, 'exit')
  }
}

/** Namespaces; `prepare` is a line of shell that is run inside first. */
export async function hold(env: NodeJS.ProcessEnv, prepare: string): Promise<Party> {
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc']
  const script = `${prepare}\nip link set lo up\necho ready\nsleep infinity & wait`
  const args = ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, 'sh', '-ec', script]
  const holder = spawn('setpriv', args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(holder, 'exit').then(() =>
    Promise.reject(new Error('there are no namespaces to be had')),
  )
  ended.catch(() => {})
  if (holder.stdout) await Promise.race([once(holder.stdout, 'data'), ended])
  const [inside = ''] = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').split(' ')
  return new Party(holder, Number(inside), env)
}

export class Pair {
  readonly dir: string
  readonly a: Party
  readonly b: Party
  readonly client: Party

  constructor(dir: string, a: Party, b: Party, client: Party) {
    this.dir = dir
    this.a = a
    this.b = b
    this.client = client
  }

  /** A file of a head's own. */
  of(name: Name, file: string): string {
    return join(this.dir, name, file)
  }

  text(name: Name, file: string): string {
    return readFileSync(this.of(name, file), 'utf8')
  }

  /** Waits until the file of a head says so; the limit is mocha's. */
  async says(name: Name, file: string, words: RegExp): Promise<void> {
    while (!words.test(this.text(name, file))) await delay(50)
  }

  /**
   * The frontend address goes to a head, as a cluster manager has it: taken from the
   * other one, and announced.
   */
  async moveTo(name: Name): Promise<void> {
    const [to, from] = name === 'a' ? [this.a, this.b] : [this.b, this.a]
    const address = `${addresses.floating}/16`
    await from.run('ip', ['addr', 'del', address, 'dev', 'eth0'])
    await to.must('ip', 'addr', 'add', address, 'dev', 'eth0')
    // What the gratuitous ARP of a cluster manager is for.
    await this.client.run('ip', ['neigh', 'flush', 'to', addresses.floating])
  }

  async remove(): Promise<void> {
    for (const party of [this.a, this.b, this.client]) await party.end()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Both heads are up, with sshd; nobody has the frontend address yet. */
export async function makePair(): Promise<Pair> {
  const dir = mkdtempSync(join(tmpdir(), 'luna-heads-'))
  const here = join(dir, 'here')
  for (const name of ['a', 'b', 'here', 'bin', 'store']) mkdirSync(join(dir, name), { mode: 0o755 })
  writeShared(dir, here)
  const env = {
    ...process.env,
    PATH: `${join(dir, 'bin')}:/usr/sbin:/sbin:${process.env.PATH}`,
    LUNA_CONF: join(here, 'luna.conf'),
    LUNA_LOGDIR: join(here, 'log'),
  }
  const client = await hold(env, 'ip link add br0 type bridge forward_delay 0; ip link set br0 up')
  await client.must('ip', 'addr', 'add', '10.30.99.1/16', 'dev', 'br0')
  await client.must('ip', 'route', 'add', 'default', 'dev', 'br0')
  const [a, b] = [await head(dir, 'a', env, client), await head(dir, 'b', env, client)]
  return new Pair(dir, a, b, client)
}

async function head(dir: string, name: Name, env: NodeJS.ProcessEnv, client: Party): Promise<Party> {
  writeFileSync(join(dir, name, 'luna.conf'), configuration(dir))
  mkdirSync(join(dir, name, 'luna'))
  const party = await hold(env, `mount --bind ${join(dir, name)} ${join(dir, 'here')}`)
  const cable = ['link', 'add', `to-${name}`, 'type', 'veth', 'peer', 'name', 'eth0']
  await client.must('ip', ...cable)
  // From this side: only here both are known by number.
  const enter = ['--target', String(client.pid), '--net', '--']
  await promisify(execFile)('nsenter', [...enter, 'ip', 'link', 'set', 'eth0', 'netns', String(party.pid)])
  await client.must('ip', 'link', 'set', `to-${name}`, 'master', 'br0', 'up')
  await party.must('ip', 'link', 'set', 'eth0', 'up')
  await party.must('ip', 'addr', 'add', `${addresses[name]}/16`, 'dev', 'eth0')
  await party.must('/usr/sbin/sshd', '-f', join(dir, 'sshd_config'), '-o', `ListenAddress=${addresses[name]}`)
  return party
}

function configuration(dir: string): string {
  const here = join(dir, 'here')
  return `[Embedded]
path=${dir}/store/luna.db
[Paths]
dhcpd_conf=${here}/dhcpd.conf
dhcpd_secondary_conf=${here}/dhcpd-secondary.conf
dhcpd_leases=${here}/leases
[Services]
dhcpd=dhcpd
`
}

/** Keys and programs that both heads have. */
function writeShared(dir: string, here: string): void {
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, key)])
  mkdirSync('/run/sshd', { recursive: true })
  const path = `${join(dir, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`
  const server = [`HostKey ${dir}/host`, 'PidFile none', 'UsePAM no', 'StrictModes no', 'PermitRootLogin yes']
  const more = ['Subsystem sftp internal-sftp', `AuthorizedKeysFile ${dir}/user.pub`, `SetEnv PATH=${path}`]
  writeFileSync(join(dir, 'sshd_config'), [...server, ...more, ''].join('\n'))
  const key = readFileSync(join(dir, 'host.pub'), 'utf8')
  writeFileSync(join(dir, 'known'), [addresses.a, addresses.b].map((host) => `${host} ${key}`).join(''))
  writeFileSync(join(dir, 'ssh_config'), `IdentityFile ${dir}/user\nUserKnownHostsFile ${dir}/known\n`)
  for (const program of ['ssh', 'scp'])
    addProgram(dir, program, `exec /usr/bin/${program} -F ${dir}/ssh_config "$@"`)
  addProgram(dir, 'systemctl', systemctl(here))
}

export function addProgram(dir: string, name: string, text: string): void {
  writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

/** Runs the head's dhcpd as its unit would; other units are always up. */
function systemctl(here: string): string {
  return `cd ${here} || exit
running() { [ -s dhcpd.pid ] && kill -0 "$(cat dhcpd.pid)" 2>/dev/null; }
stop() {
  if running; then kill "$(cat dhcpd.pid)"; fi
  while running; do sleep 0.05; done
  rm -f dhcpd.pid
}
start() {
  running && return
  setsid dhcpd -4 -f -d --no-pid -cf dhcpd.conf -lf leases eth0 >>dhcpd.log 2>&1 </dev/null &
  echo $! >dhcpd.pid
}
[ "$2" = dhcpd ] || exit 0
case $1 in
is-active) running ;;
stop) stop ;;
start) start ;;
*) stop; start ;;
esac`
}
