// luna doctor on a head with many nodes. Nobody answers there, so that every question is waited for as long
// as the doctor waits.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { openStore } from '../../lib/store/open.ts'
import { mac } from '../help.ts'
import { type Bench, figure, median, type Place } from './bench.ts'
import { bin, embeddedStage, type Stage, type Taken, timed } from './stage.ts'

const address = '10.30.255.254'
const sizes = [10, 1000]

export const bench: Bench = {
  about: 'luna doctor over 10 and 1,000 nodes',
  limit: 300,
  network: 'own',
  run: async (place) => {
    execFileSync('ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1'])
    for (const link of ['eth0', 'eth1']) execFileSync('ip', ['link', 'set', link, 'up'])
    execFileSync('ip', ['addr', 'add', `${address}/16`, 'dev', 'eth0'])
    const rows = []
    for (const nodes of sizes) rows.push(await measure(place, nodes))
    return [
      {
        title: 'luna doctor',
        columns: ['nodes', 'wall s', 'CPU s', 'to reach, wall s'],
        rows,
        notes: ['3.5 s of it are spent listening for DHCP servers. Medians of 3, start-up included.'],
      },
    ]
  },
}

async function measure(place: Place, nodes: number): Promise<(string | number)[]> {
  place.say(`${nodes} nodes`)
  const stage = embeddedStage(place)
  await fill(stage, nodes)
  const all = [1, 2, 3].map(() => luna(stage, 'doctor'))
  const [wall, cpu] = [median(all.map((taken) => taken.wall)), median(all.map((taken) => taken.cpu))]
  return [nodes, figure(wall), figure(cpu), nodes === 1000 ? 5 : '']
}

async function fill(stage: Stage, nodes: number): Promise<void> {
  const { dir } = stage
  luna(stage, 'cluster', 'init', '--frontend_address', address, '--user', 'root', '--path', dir)
  const dns = ['--named_zone_dir', join(dir, 'zones'), '--named_include_file', join(dir, 'named.zones')]
  luna(stage, 'cluster', 'change', ...dns)
  luna(stage, 'network', 'add', '-n', 'cluster', '-N', '10.30.0.0', '-P', '16')
  luna(stage, 'network', 'add', '-n', 'ipmi', '-N', '10.31.0.0', '-P', '16')
  const store = await openStore(stage.config)
  await store.insert('osimage', { name: 'compute', path: '/opt/luna/os/compute' })
  luna(stage, 'group', 'add', '-n', 'compute', '-o', 'compute', '-N', 'cluster', '-bn', 'ipmi')
  luna(stage, 'node', 'add', '-g', 'compute', '-n', `node[0001-${String(nodes).padStart(4, '0')}]`)
  await store.transaction(async (tx) => {
    for (const [at, { id }] of (await tx.list('node')).entries()) await tx.setMac(id, mac(at))
  })
  await store.close()
  luna(stage, 'cluster', 'makedhcp', '-N', 'cluster', '-s', '10.30.128.1', '-e', '10.30.140.1')
  for (const kind of ['dns', 'nginx']) luna(stage, 'cluster', `make${kind}`)
}

/** Whatever its status: what is wrong with this head is not the question. */
function luna({ env }: Stage, ...args: string[]): Taken {
  return timed('sh', ['-c', '"$@" || :', 'sh', join(bin, 'luna'), ...args], env)
}
