// A system in a directory that boots with a systemd of its own (systemd-nspawn): as much of a machine as can
// be had without another kernel. It ends with the process that started it.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { dyingWithUs } from '../../lib/host/image/chroot.ts'
import { type Ran, run } from '../../lib/host/run.ts'

export interface Container {
  /** The words that run a program as root in it, on this terminal. */
  command(program: string, ...args: string[]): string[]
  /** Runs a program as root in it. */
  run(program: string, ...args: string[]): Promise<Ran>
  /** Runs a line of shell, and gives what it printed; an exit status other than 0 is an error. */
  shell(line: string): Promise<string>
  /** Pulls the plug. */
  kill(): Promise<void>
  /** Starts it again. */
  boot(): Promise<void>
  /** Pulls the plug where it runs, and leaves nothing on this machine but its directory. */
  remove(): Promise<void>
}

// systemd-nspawn would complain that /run is on a disk, and wants the cgroup that it is started in for
// itself.
const bootScript = `set -e
root=$1 group=$2 hierarchies=$3; shift 3
for each in $hierarchies; do mkdir -p $each/$group; echo $$ >$each/$group/cgroup.procs; done
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd
exec env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -b -D "$root" \\
  --register=no --keep-unit --console=pipe --resolv-conf=off --timezone=off "$@"`

const quietly = { allowFailure: true }

/** Boots the system in that directory; more arguments of systemd-nspawn say what network it has. */
export async function startContainer(root: string, ...more: readonly string[]): Promise<Container> {
  const group = `luna-${basename(root)}`
  let booted = await boot(root, group, more)
  const inside = (program: string, args: readonly string[]) => runAt(booted.leader, program, args)
  const kill = async () => {
    const { nspawn, leader } = booted
    if (nspawn.exitCode !== null) return
    const gone = once(nspawn, 'exit')
    process.kill(leader, 'SIGKILL')
    await gone
  }
  return {
    kill,
    command: (program, ...args) => commandAt(booted.leader, program, args),
    run: (program, ...args) => inside(program, args),
    shell: async (line) => {
      const { status, stdout, stderr } = await inside('sh', ['-ec', line])
      assert.equal(status, 0, `${line}\n${stdout}${stderr}`)
      return stdout
    },
    boot: async () => {
      booted = await boot(root, group, more)
    },
    remove: async () => {
      await kill()
      await rm(join(dirname(root), `.#${basename(root)}.lck`), { force: true })
      for (const hierarchy of cgroups())
        await run(
          'find',
          [`${hierarchy}/${group}`, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'],
          quietly,
        )
    },
  }
}

/** Where cgroups are made: the hierarchies of systemd of old and of new, or the only one. */
function cgroups(): string[] {
  const several = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'].filter((path) => existsSync(path))
  return several.length > 0 ? several : ['/sys/fs/cgroup']
}

async function boot(root: string, group: string, more: readonly string[]) {
  const namespace = ['--mount', '--propagation', 'private', 'sh', '-c', bootScript, 'sh']
  const command = dyingWithUs('unshare', [...namespace, root, group, cgroups().join(' '), ...more])
  const nspawn = spawn(command.program, command.args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [nspawn.stdout, nspawn.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
    })
  for (let tries = 0; tries < 600; tries++) {
    const leader = await leaderOf(nspawn)
    if (leader && (await isUp(leader))) return { nspawn, leader }
    if (nspawn.exitCode !== null) throw new Error(`systemd-nspawn ended with ${nspawn.exitCode}: ${said}`)
    await delay(100)
  }
  nspawn.kill('SIGKILL')
  throw new Error(`systemd does not come up in the container: ${said}`)
}

/** The init of the container, once it runs. */
async function leaderOf(nspawn: ChildProcess): Promise<number> {
  return Number((await run('pgrep', ['-P', String(nspawn.pid), '-x', 'systemd'], quietly)).stdout)
}

async function isUp(leader: number): Promise<boolean> {
  const { stdout } = await runAt(leader, 'systemctl', ['is-system-running']).catch(() => ({ stdout: '' }))
  return ['running', 'degraded'].includes(stdout.trim())
}

function runAt(leader: number, program: string, args: readonly string[]): Promise<Ran> {
  const [nsenter = '', ...words] = commandAt(leader, program, args)
  return run(nsenter, words, { ...quietly, timeout: 180_000 })
}

function commandAt(leader: number, program: string, args: readonly string[]): string[] {
  const environment = ['-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8']
  const namespaces = ['-t', String(leader), '-m', '-u', '-i', '-n', '-p', '-C']
  return ['nsenter', ...namespaces, '--', 'env', ...environment, program, ...args]
}
