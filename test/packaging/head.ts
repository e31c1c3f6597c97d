// A head: a system in a directory that boots with systemd in a container of its own, on a network with one
// machine more.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { dyingWithUs } from '../../lib/host/image/chroot.ts'
import { type Ran, run } from '../../lib/host/run.ts'

export const headAddress = '10.30.255.254'
const nodeAddress = '10.30.0.99'

// systemd-nspawn would complain that /run is on a disk, and wants the cgroup that it is started in for
// itself.
const bootScript = `set -e
for groups in $3; do mkdir -p $groups/$2; echo $$ >$groups/$2/cgroup.procs; done
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd
exec env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -b -D "$1" --network-namespace-path=/run/netns/$2 \\
  --register=no --keep-unit --console=pipe --resolv-conf=off --timezone=off`

export interface Head {
  /** Runs a line of shell in it, and gives what it printed; an exit status other than 0 is an error. */
  shell(line: string): Promise<string>
  /** Pulls the plug. */
  kill(): Promise<void>
  /** Starts it again. */
  boot(): Promise<void>
  /** Takes away all that it has left on this machine but its directory. */
  remove(): Promise<void>
  /** The network namespace of the other machine. */
  readonly node: string
}

/** Boots the system in that directory. `name` tells it from others of this machine. */
export async function startHead(root: string, name: string): Promise<Head> {
  const node = `${name}-node`
  await makeNetwork(name, node)
  let booted = await boot(root, name)
  const kill = async () => {
    const gone = booted.nspawn.exitCode === null && once(booted.nspawn, 'exit')
    process.kill(booted.leader, 'SIGKILL')
    await gone
  }
  return {
    node,
    kill,
    shell: (line) => shellIn(booted.leader, line),
    boot: async () => {
      booted = await boot(root, name)
    },
    remove: async () => {
      if (booted.nspawn.exitCode === null) await kill()
      for (const each of [name, node]) await run('ip', ['netns', 'del', each])
      for (const groups of cgroups())
        await run('find', [`${groups}/${name}`, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'], quietly)
    },
  }
}

const quietly = { allowFailure: true }

async function makeNetwork(head: string, node: string): Promise<void> {
  for (const each of [head, node]) await run('ip', ['netns', 'add', each])
  const pair = ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', node]
  await run('ip', ['-n', head, ...pair])
  for (const [each, address] of [
    [head, headAddress],
    [node, nodeAddress],
  ] as const) {
    await run('ip', ['-n', each, 'address', 'add', `${address}/16`, 'dev', 'eth0'])
    for (const link of ['lo', 'eth0']) await run('ip', ['-n', each, 'link', 'set', link, 'up'])
  }
}

/** Where cgroups are made: the hierarchies of systemd of old and of new, or the only one. */
function cgroups(): string[] {
  const several = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'].filter((path) => existsSync(path))
  return several.length > 0 ? several : ['/sys/fs/cgroup']
}

async function boot(root: string, name: string): Promise<{ nspawn: ChildProcess; leader: number }> {
  const namespace = ['--mount', '--propagation', 'private', 'sh', '-c', bootScript, 'sh']
  const command = dyingWithUs('unshare', [...namespace, root, name, cgroups().join(' ')])
  const nspawn = spawn(command.program, command.args, { stdio: 'ignore' })
  for (let tries = 0; tries < 600; tries++) {
    const { stdout } = await run('pgrep', ['-P', String(nspawn.pid), '-x', 'systemd'], quietly)
    const leader = Number(stdout)
    if (leader && (await isUp(leader))) return { nspawn, leader }
    assert.equal(nspawn.exitCode, null, 'systemd-nspawn has ended')
    await delay(100)
  }
  nspawn.kill('SIGKILL')
  throw new Error('systemd does not come up in the container')
}

async function isUp(leader: number): Promise<boolean> {
  const { stdout } = await inside(leader, 'systemctl is-system-running').catch(() => ({ stdout: '' }))
  return ['running', 'degraded'].includes(stdout.trim())
}

function inside(leader: number, line: string): Promise<Ran> {
  const environment = ['-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8']
  const namespaces = ['-t', String(leader), '-m', '-u', '-i', '-n', '-p', '-C']
  return run('nsenter', [...namespaces, '--', 'env', ...environment, 'sh', '-ec', line], quietly)
}

async function shellIn(leader: number, line: string): Promise<string> {
  const { status, stdout, stderr } = await inside(leader, line)
  assert.equal(status, 0, `${line}\n${stdout}${stderr}`)
  return stdout
}
