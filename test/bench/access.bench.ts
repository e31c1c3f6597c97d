// What it costs to look who asks: the routes at level `node`, beside the same at level `open`, in turns; and
// what the look-up of many who were not seen before takes.
import { readNeighbours, Wire } from '../../lib/host/wire.ts'
import { openStore } from '../../lib/store/open.ts'
import { getCluster } from '../../lib/task/inventory.ts'
import type { Handler } from '../../lib/web/fastcgi/handler.ts'
import { answerWith } from '../../lib/web/routes.ts'
import { type Bench, figure, median, type Place, ratio, type Table } from './bench.ts'
import { embeddedStage } from './stage.ts'
import { addressOf, fillNodes, macOf, nameOf } from './web-stage.ts'

export const bench: Bench = {
  about: 'requests of nodes at boot_access node, beside the same at open',
  limit: 300,
  network: 'host',
  run: async (place) => [await levels(place), await strangers()],
}

const nodes = Number(process.env.LUNA_BENCH_NODES ?? 1000)
const milliseconds = 100
const pairs = Number(process.env.LUNA_BENCH_PAIRS ?? 100)

/** What nodes ask, in the order in which they do. */
const asks: { readonly [what: string]: (node: number) => string } = {
  discovery: (node) => `step=discovery&hwdata=%7C${macOf(node)}`,
  install: (node) => `step=install&node=${nameOf(node)}`,
  status: (node) => `step=install&node=${nameOf(node)}&status=install.download`,
}

/**
 * Two clusters that differ in their level alone are asked in turns of a tenth of a second, so that whatever
 * else the machine does meets both; each pair gives one ratio.
 */
async function levels(place: Place): Promise<Table> {
  const [open, node] = [await clusterAt(place, 'open'), await clusterAt(place, 'node')]
  const rows: string[][] = []
  for (const what of Object.keys(asks)) {
    place.say(`  ${what}`)
    for (const handler of [open, node]) await load(handler, what, 0, nodes)
    const measured: [number, number][] = []
    for (let pair = 0; pair < pairs; pair++) {
      const first = pair % 2 === 0
      const one = await load(first ? open : node, what, milliseconds)
      const other = await load(first ? node : open, what, milliseconds)
      measured.push(first ? [one, other] : [other, one])
    }
    const ratios = measured.map(([atOpen, atNode]) => atNode / atOpen).sort((a, b) => a - b)
    const at = (part: number) => ratio(ratios[Math.floor(part * ratios.length)] ?? Number.NaN, 1)
    const rate = (side: 0 | 1) => figure(median(measured.map((pair) => pair[side])))
    rows.push([what, rate(0), rate(1), at(0.5), `${at(0.25)} to ${at(0.75)}`])
  }
  return {
    title: `Looking who asks, one process, ${nodes} nodes`,
    columns: ['asked', 'open: requests per second of processor', 'node', 'to open', 'half of all pairs'],
    rows,
    notes: [`${pairs} pairs of ${milliseconds} ms each, in turns; the middle ratio of the pairs counts.`],
  }
}

async function clusterAt(place: Place, level: string): Promise<Handler> {
  const stage = embeddedStage(place)
  await fillNodes(stage, nodes)
  const store = await openStore(stage.config)
  place.after(() => store.close())
  const { id } = await getCluster(store)
  await store.update('cluster', id, { boot_access: level })
  return answering(store)
}

function answering(store: Awaited<ReturnType<typeof openStore>>): Handler {
  const wire = new Wire(async () => ({
    own: new Set<string>(),
    links: [],
    macs: readNeighbours(table(nodes)),
  }))
  const log = { debug: () => {}, info: () => {}, warning: () => {}, error: () => {} }
  const url = 'http://10.30.255.254:7050'
  return answerWith({
    ...{ store: async () => store, url, log, now: () => new Date(), random: Math.random },
    ...{
      record: () => {},
      unknown: () => {},
      refused: () => {},
      leader: undefined as never,
      seedKey: async () => undefined,
    },
    place: (address) => wire.at(address),
  })
}

/** Asks for so many milliseconds, or so often, eight at a time; gives requests per second of processor. */
async function load(handler: Handler, what: string, duration: number, least = 0): Promise<number> {
  const end = performance.now() + duration
  const before = process.cpuUsage()
  let count = 0
  const client = async () => {
    while (performance.now() < end || count < least) {
      const node = (count++ % nodes) + 1
      const who = { remote: addressOf(node), port: 600, key: '', token: '', match: '' }
      const { status } = await handler({
        method: 'GET',
        path: '/luna',
        query: asks[what]?.(node) ?? '',
        ...who,
      })
      if (status !== 200) throw new Error(`${what} of ${nameOf(node)}: status ${status}`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))
  const { user, system } = process.cpuUsage(before)
  return count / ((user + system) / 1e6)
}

/** What `ip -json neighbour` says of so many nodes. */
function table(count: number): string {
  const entries = Array.from({ length: count }, (_, at) => ({
    dst: addressOf(at + 1),
    lladdr: macOf(at + 1),
  }))
  return JSON.stringify(entries)
}

/** Ten thousand who were not seen before, a hundred at a time. */
async function strangers(): Promise<Table> {
  const count = 10_000
  const text = table(count)
  let looks = 0
  const wire = new Wire(async () => {
    looks++
    return { own: new Set<string>(), links: [], macs: readNeighbours(text) }
  })
  const began = performance.now()
  for (let from = 1; from <= count; from += 100)
    await Promise.all(Array.from({ length: 100 }, (_, at) => wire.at(addressOf(from + at))))
  const took = performance.now() - began
  return {
    title: `${count} machines that were not seen before, a hundred at a time`,
    columns: ['looks at the neighbour table', 'ms per look', 'ms per machine'],
    rows: [[looks, figure(took / looks), figure(took / count)]],
    notes: ['Without the program that prints the table, which takes some milliseconds each time.'],
  }
}
