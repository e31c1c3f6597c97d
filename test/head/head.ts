// A head as people have it: a minimal Debian with the packages of its servers as they come, booted by its own
// systemd in a container, with a cable to a node. Luna is this checkout, where its package puts it.
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, globSync, readdirSync, readFileSync, rmdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Ran, run } from '../../lib/host/run.ts'
import { makePair, type Pair } from '../daemons/namespace.ts'
import { type DebianRoot, makeDebianRoot } from '../packaging/debian-root.ts'

const top = join(import.meta.dirname, '../..')

/** What a head needs of its distribution, beside systemd itself. */
const packages = [
  ...['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'procps'],
  ...['nginx-light', 'isc-dhcp-server', 'tftpd-hpa', 'bind9', 'bind9-utils', 'ipxe', 'pigz', 'zstd', 'rsync'],
]

export interface Head {
  readonly root: string
  /** The network namespace of a node: its eth0 is at the head's eth0, and has no address that matters. */
  readonly node: string
  /** Runs a program as root in the running head. */
  run(program: string, ...args: string[]): Promise<Ran>
  /** Powers it off, and removes it. */
  remove(): Promise<void>
}

/** Boots one whose eth0 has the address (ADDRESS/PREFIX). */
export async function bootHead(suite: string, mirror: string, address: string): Promise<Head> {
  const root = await makeDebianRoot(suite, mirror, { name: 'head', packages })
  let pair: Pair | undefined
  let container: ChildProcess | undefined
  let leader: number | undefined
  const remove = async () => {
    await end(container, leader)
    pair?.remove()
    await root.remove()
  }
  try {
    putLuna(root)
    pair = makePair(address)
    container = startContainer(root.path, pair.server)
    leader = await leaderOf(container)
    const namespaces = namespacesOf(leader)
    const inside = (program: string, args: readonly string[]) =>
      run('nsenter', [...namespaces, program, ...args], { allowFailure: true, timeout: 120_000 })
    await inside('systemctl', ['is-system-running', '--wait'])
    return { root: root.path, node: pair.client, run: (program, ...args) => inside(program, args), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Programs and units; the checkout itself is mounted. */
function putLuna({ path }: DebianRoot): void {
  for (const program of globSync('bin/*', { cwd: top }))
    symlinkSync(`/usr/lib/luna/${program}`, join(path, 'usr/bin', basename(program)))
  for (const unit of readdirSync(join(top, 'systemd')))
    copyFileSync(join(top, 'systemd', unit), join(path, 'usr/lib/systemd/system', unit))
}

/** /run/systemd of its own: where the machine has another file system there, systemd-nspawn complains. */
const script = `for each in systemd unified; do
  group=/sys/fs/cgroup/$each/$3
  [ ! -d /sys/fs/cgroup/$each ] || { mkdir -p "$group" && echo $$ > "$group/cgroup.procs"; }
done
exec unshare --mount --propagation private sh -c 'mkdir -p /run/systemd/nspawn && mount -t tmpfs tmpfs /run/systemd &&
exec systemd-nspawn --boot --directory "$1" --network-namespace-path "/run/netns/$2" --bind-ro "$4:/usr/lib/luna" \\
  --register=no --keep-unit --console=pipe --resolv-conf=off --timezone=off' sh "$@"`

function startContainer(root: string, namespace: string): ChildProcess {
  const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' }
  return spawn('sh', ['-c', script, 'sh', root, namespace, groupOf(process.pid), top], {
    env,
    stdio: 'ignore',
    detached: true,
  })
}

function groupOf(pid: number): string {
  return `luna-head-${pid}`
}

/** The init of the container, once it runs. */
async function leaderOf(container: ChildProcess): Promise<number> {
  for (;;) {
    if (container.exitCode !== null) throw new Error(`systemd-nspawn ended with ${container.exitCode}`)
    const children = readFileSync(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8').trim()
    for (const child of children.split(' ').filter((word) => word !== ''))
      if (/^systemd\n/.test(readFileSync(`/proc/${child}/comm`, 'utf8'))) return Number(child)
    await delay(50)
  }
}

function namespacesOf(leader: number): string[] {
  const environment = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8']
  return ['--target', String(leader), ...['-m', '-u', '-i', '-n', '-p', '-C'], '--', ...environment]
}

async function end(container: ChildProcess | undefined, leader: number | undefined): Promise<void> {
  if (!container?.pid || container.exitCode !== null) return
  const gone = new Promise((resolve) => container.once('exit', resolve))
  // systemd-nspawn has its system power off, and ends with it.
  container.kill('SIGTERM')
  const killer = setTimeout(() => process.kill(leader ?? container.pid ?? 0, 'SIGKILL'), 20_000)
  await gone
  clearTimeout(killer)
  for (const hierarchy of ['systemd', 'unified'])
    removeGroup(`/sys/fs/cgroup/${hierarchy}/${groupOf(process.pid)}`)
}

/** Groups of processes that are gone are empty directories. */
function removeGroup(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroup(join(path, entry.name))
    rmdirSync(path)
  } catch {
    // There is no such hierarchy here.
  }
}
