// The command line over a big cluster: what commands take, beside what Node takes to start and do nothing.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../../lib/store/open.ts'
import { type Bench, figure, median, type Place, ratio, type Table } from './bench.ts'
import { bin, type Stage, stages, type Taken, timed } from './stage.ts'

export const bench: Bench = {
  about: 'luna over 5,000 and 10,000 nodes, beside a Node that does nothing',
  limit: 1200,
  network: 'host',
  run: async (place) => {
    const tables: Table[] = []
    for (const stage of await stages(place)) tables.push(await measure(place, stage))
    return tables
  },
}

type Row = readonly [what: string, taken: Taken, reach: string]

async function measure(place: Place, stage: Stage): Promise<Table> {
  const bare = repeated(() => timed(process.execPath, ['-e', '0'], stage.env))
  const rows = [...(await startUp(place, stage)), ...(await bigCluster(place, stage))]
  const lines = rows.map(([what, { wall, cpu }, reach]) => [
    what,
    figure(wall * 1000),
    figure(cpu * 1000),
    ratio(wall, bare.wall),
    reach,
  ])
  return {
    title: `Commands, store: ${stage.store}`,
    columns: ['command', 'wall ms', 'CPU ms', 'times bare Node', 'to reach'],
    rows: [['node -e 0', figure(bare.wall * 1000), figure(bare.cpu * 1000), '1.00', ''], ...lines],
    notes: ['Start-up included, warm cache, medians of 5; what changes much was done once.'],
  }
}

/** A cluster with nothing in it, and what commands take there. */
async function startUp(place: Place, stage: Stage): Promise<Row[]> {
  place.say(`${stage.store}: starting up`)
  const { dir } = stage
  const init = ['cluster', 'init', '--frontend_address', '10.30.255.254', '--user', 'root', '--path', dir]
  luna(stage, ...init)
  luna(stage, 'network', 'add', '-n', 'cluster', '-N', '10.30.0.0', '-P', '16')
  luna(stage, 'network', 'add', '-n', 'ipmi', '-N', '10.31.0.0', '-P', '16')
  luna(stage, 'network', 'add', '-n', 'data', '-N', '10.32.0.0', '-P', '16')
  await addImage(stage)
  luna(stage, 'group', 'add', '-n', 'compute', '-o', 'compute', '-N', 'cluster', '-bn', 'ipmi')
  luna(stage, 'group', 'change', 'compute', '-d', 'cluster')
  return [
    ['luna --help', repeated(() => luna(stage, '--help')), ''],
    ['luna network show', repeated(() => luna(stage, 'network', 'show', 'cluster')), '150 ms'],
  ]
}

/** An image without its tree: that is another matter. */
async function addImage({ config }: Stage): Promise<void> {
  const store = await openStore(config)
  await store.insert('osimage', { name: 'compute', path: '/opt/luna/os/compute' })
  await store.close()
}

async function bigCluster(place: Place, stage: Stage): Promise<Row[]> {
  const { store } = stage
  place.say(`${store}: 5,000 nodes`)
  luna(stage, 'node', 'add', '-g', 'compute', '-n', 'node[00001-05000]')
  const list5000 = repeated(() => luna(stage, 'node', 'list'))
  luna(stage, 'node', 'delete', 'node[00001-05000]')
  const imported = luna(stage, 'node', 'import', '-g', 'compute', await tableOf(stage, 10_000))
  const again = luna(stage, 'node', 'import', '-g', 'compute', await tableOf(stage, 10_000))
  luna(stage, 'node', 'delete', 'node[00001-10000]')
  place.say(`${store}: 10,000 nodes`)
  const add = luna(stage, 'node', 'add', '-g', 'compute', '-n', 'node[00001-10000]')
  await giveMacs(stage)
  await giveBoots(stage)
  const range = ['-N', 'cluster', '-s', '10.30.128.1', '-e', '10.30.140.1']
  luna(stage, 'cluster', 'makedhcp', ...range)
  luna(stage, 'cluster', 'change', '--named_zone_dir', join(stage.dir, 'zones'))
  luna(stage, 'cluster', 'change', '--named_include_file', join(stage.dir, 'named.zones'))
  const one = (...args: string[]) => repeated(() => luna(stage, ...args))
  const rows: Row[] = [
    ['luna node add, 10,000 nodes', add, '20 s'],
    ['luna node import of a CSV, 10,000 nodes', imported, '20 s'],
    ['the same again: no differences', again, '20 s'],
    ['luna node list, 5,000 nodes', list5000, '400 ms'],
    ['luna node list, 10,000 nodes', one('node', 'list'), '700 ms'],
    ['luna node status, 10,000 nodes', one('node', 'status'), '1000 ms'],
    ['luna node show node00042', one('node', 'show', 'node00042'), '150 ms'],
    ['luna node change node00042 -l n', one('node', 'change', 'node00042', '-l', 'n'), '150 ms'],
    ['luna cluster makedhcp', one('cluster', 'makedhcp'), '1500 ms'],
    ['luna cluster makedns', one('cluster', 'makedns'), '1500 ms'],
  ]
  luna(stage, 'group', 'change', 'compute', '-i', 'eth1', '-A')
  const setnet = luna(stage, 'group', 'change', 'compute', '-i', 'eth1', '--setnet', 'data')
  return [...rows, ['luna group change --setnet, 10,000 nodes', setnet, '']]
}

/** A table of nodes with MAC addresses and addresses, as a spreadsheet writes it. */
async function tableOf({ dir }: Stage, count: number): Promise<string> {
  const lines = Array.from({ length: count }, (_, at) => {
    const octets = [(at + 1) >> 8, (at + 1) & 255]
    const mac = octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':')
    return `node${String(at + 1).padStart(5, '0')},52:54:00:01:${mac},10.30.${octets.join('.')},rack ${at % 250}`
  })
  const file = join(dir, 'nodes.csv')
  await writeFile(file, ['name,mac,BOOTIF,comment', ...lines, ''].join('\n'))
  return file
}

/** By hand: what `cluster listmacs` and discovery would do over days. */
async function giveMacs({ config }: Stage): Promise<void> {
  const { parseMac } = await import('../../lib/object/net/mac.ts')
  const store = await openStore(config)
  await store.transaction(async (tx) => {
    for (const [at, { id }] of (await tx.list('node')).entries()) {
      const digits = at.toString(16).padStart(6, '0').match(/../g) ?? []
      const mac = parseMac(`52:54:00:${digits.join(':')}`)
      if (mac) await tx.setMac(id, mac)
    }
  })
  await store.close()
}

/** A boot of every node, as lweb writes it down. */
async function giveBoots({ config }: Stage): Promise<void> {
  const store = await openStore(config)
  const steps = ['boot.request', 'boot.kernel', 'boot.initramfs', 'install.request', ...installSteps]
  const began = Date.now() - 3_600_000
  const nodes = await store.list('node')
  for (let at = 0; at < nodes.length; at += 500)
    await store.keepBoots(
      nodes.slice(at, at + 500).map(({ id }, n) => {
        const address = `10.30.${(at + n) >> 8}.${(at + n) & 255}`
        const asker = { address, by: 'mac' } as const
        const told = steps.map((step, second) => ({ step, time: began + 1000 * second }))
        return { node: id, past: false, boot: { number: 1, began, asker, image: 'compute', steps: told } }
      }),
    )
  await store.close()
}

const installSteps = ['prescript', 'partscript', 'download', 'unpack', 'setnet', 'postscript', 'success'].map(
  (step) => `install.${step}`,
)

function luna({ env }: Stage, ...args: string[]): Taken {
  return timed(join(bin, 'luna'), args, env)
}

function repeated(once: () => Taken): Taken {
  once()
  const all = Array.from({ length: 5 }, once)
  return {
    wall: median(all.map(({ wall }) => wall)),
    cpu: median(all.map(({ cpu }) => cpu)),
    stdout: all[0]?.stdout ?? '',
  }
}
