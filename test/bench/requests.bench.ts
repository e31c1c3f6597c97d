// The request path: what a worker of lweb can answer, beside the same handlers over node:http, an empty
// FastCGI handler, and nginx alone.
import { type Bench, figure, type Place, ratio, type Table } from './bench.ts'
import { type Cost, costTable } from './request-costs.ts'
import { type Stage, stages } from './stage.ts'
import {
  addNeighbours,
  addressOf,
  fillNodes,
  type Loaded,
  type Mode,
  macOf,
  nameOf,
  startWeb,
  type WebStage,
} from './web-stage.ts'

export const bench: Bench = {
  about:
    'what one worker answers behind nginx, beside node:http, FastCGI with nothing behind it, and nginx alone',
  limit: 2400,
  network: 'host',
  run: async (place) => {
    const tables: Table[] = []
    const costs: Cost[] = []
    for (const stage of await stages(place)) {
      for (const nodes of sizes()) tables.push(...(await measure(place, stage, nodes, costs)))
    }
    return [...tables, costTable(costs)]
  },
}

const seconds = Number(process.env.LUNA_BENCH_SECONDS ?? 2)
const rounds = 3
const connections = 32

function sizes(): number[] {
  return (process.env.LUNA_BENCH_NODES ?? '1000,5000,10000').split(',').map(Number)
}

const hash = '%01%02%03%04%05%06%07%08%09%10%11%12%13%14%15%16%17%18%19%20'
const stepNames = [
  'start',
  'prescript',
  'partscript',
  'mount',
  'download',
  'unpack',
  'postscript',
  'network',
  'success',
]

/** What nodes ask, by node. */
const asks: { readonly [what: string]: (node: number) => string } = {
  discovery: (node) => `/luna?step=discovery&hwdata=${encodeURIComponent(hwdata(node))}`,
  install: (node) => `/luna?step=install&node=${nameOf(node)}`,
  // Of a node that has done all no more is taken.
  status: (node) => `/luna?step=install&node=${nameOf(node)}&status=install.${stepNames[node % 8]}`,
  announce: (node) =>
    `/announce?info_hash=${hash}&peer_id=${peerId(node)}&port=7052&ip=10.30.${node >> 8}.${node & 255}` +
    `&uploaded=${node}&downloaded=${node}&left=1000&numwant=50&compact=1${node % 10 === 0 ? '&event=started' : ''}`,
  menu: () => '/luna?step=boot',
}

/** Asset tag, the interface that it boots from, and ten more. */
function hwdata(node: number): string {
  const others = Array.from({ length: 11 }, (_, at) => macOf(0x80_0000 + node * 16 + at))
  return ['serial', macOf(node), ...others].join('|')
}

function peerId(node: number): string {
  return `-LN0001-${String(node).padStart(12, '0')}`
}

async function measure(place: Place, stage: Stage, nodes: number, costs: Cost[]): Promise<Table[]> {
  place.say(`${stage.store}: ${nodes} nodes`)
  await fillNodes(stage, nodes)
  addNeighbours(stage, nodes)
  const counted = stage.store === 'embedded' ? [] : (['counting'] as const)
  const web = await startWeb(place, stage, ['recording', 'http', 'node-fastcgi', 'empty', ...counted])
  const taken = new Map<string, Loaded>()
  const closed = await closedLoop(place, web, nodes, taken)
  for (const [what, loaded] of taken) {
    const commands = stage.store === 'embedded' ? 0 : await commandsOf(web, what)
    costs.push({ what, store: stage.store, nodes, worker: 1000 / perCore(loaded), commands })
  }
  return [
    {
      title: `One worker, closed loop, ${connections} connections; ${stage.store}, ${nodes} nodes`,
      ...closed,
    },
    { title: `Open loop; ${stage.store}, ${nodes} nodes`, ...(await openLoop(place, web, nodes)) },
  ]
}

/** How many commands a request takes; the first ones, which learn what there is, are not counted. */
async function commandsOf(web: WebStage, what: string): Promise<number> {
  const ask = (seconds: number) => web.load('counting', { ...askedOf(what, 20), seconds, connections: 1 })
  await ask(2)
  const before = await web.commands('counting')
  const { requests } = await ask(1)
  return ((await web.commands('counting')) - before) / requests
}

async function closedLoop(
  place: Place,
  web: WebStage,
  nodes: number,
  taken: Map<string, Loaded>,
): Promise<Omit<Table, 'title'>> {
  const rows: (readonly string[])[] = []
  const ask = async (mode: Mode, what: string) => {
    place.say(`  ${what}, ${mode}`)
    return await web.load(mode, { ...askedOf(what, nodes), seconds, connections })
  }
  // In turns, as the machine is not the same from one moment to the next.
  const askAll = async (what: string, by: readonly Mode[]) => {
    const all = by.map((): Loaded[] => [])
    const empty: Loaded[] = []
    for (const mode of by) await web.load(mode, { ...askedOf(what, nodes), seconds: 1, connections })
    for (let round = 0; round < rounds; round++) {
      empty.push(await ask('empty', 'menu'))
      for (const [at, mode] of by.entries()) all[at]?.push(await ask(mode, what))
    }
    return [empty, ...all].map((some) => some.toSorted((a, b) => perCore(a) - perCore(b))[rounds >> 1])
  }
  const none = await ask('return', 'menu')
  rows.push(rowOf('anything', 'nginx return 200', none))
  rows.push(rowOf('anything', 'empty FastCGI handler', await ask('empty', 'menu')))
  for (const what of Object.keys(asks)) {
    // A node reports what it does once it has its script, and no sooner.
    if (what === 'status')
      await web.load('recording', { ...askedOf('install', nodes), seconds: nodes / 2000, connections })
    const by: Mode[] = what === 'discovery' ? ['http', 'recording', 'node-fastcgi'] : ['http', 'recording']
    const [empty, http, luna, nodeFastcgi] = await askAll(what, by)
    if (http) rows.push(rowOf(what, 'node:http', http, empty))
    if (luna) rows.push(rowOf(what, 'lweb', luna, empty, http))
    if (nodeFastcgi) rows.push(rowOf(what, 'node-fastcgi', nodeFastcgi, empty, http))
    if (luna) taken.set(what, luna)
  }
  const notes = [
    `Rounds of ${seconds} s in turns, the empty handler among them; of ${rounds} the one with the middle figure per worker core.`,
    'At boot_access node, by nodes that the kernel has for neighbours, with their boots written down.',
    `Memory of the worker of lweb after that: ${figure(web.memory('recording'))} MB.`,
  ]
  return { columns, rows, notes }
}

const columns = [
  ...['asked', 'answered by', 'requests/s', 'per worker core', 'to empty', 'to node:http'],
  ...['p50 ms', 'p99 ms', 'p99.9 ms', 'errors', 'worker CPU %', 'nginx CPU %'],
]

function rowOf(what: string, by: string, loaded: Loaded, empty?: Loaded, beside?: Loaded): string[] {
  return [
    ...[what, by, figure(loaded.requests / loaded.seconds), figure(perCore(loaded))],
    empty ? ratio(perCore(loaded), perCore(empty)) : '',
    beside ? ratio(perCore(loaded), perCore(beside)) : '',
    ...[loaded.p50, loaded.p99, loaded.p999].map((value) => figure(value)),
    String(loaded.errors) + (loaded.errors > 0 ? ` (${loaded.example.split('\r\n')[0]})` : ''),
    ...[loaded.worker, loaded.nginx].map((cpu) => figure((100 * cpu) / loaded.seconds)),
  ]
}

/** Requests in a second of a processor that the worker has for itself. */
function perCore({ requests, worker }: Loaded): number {
  return requests / worker
}

/** The question of every node, each from its own address. */
function askedOf(what: string, nodes: number): { paths: string[]; remotes: string[] } {
  const ask = asks[what]
  const all = ask ? Array.from({ length: nodes }, (_, at) => at + 1) : []
  return { paths: all.map((node) => ask?.(node) ?? '/'), remotes: all.map(addressOf) }
}

/** All that a node asks while it boots, but the menu, mixed with that of all others. */
async function openLoop(place: Place, web: WebStage, nodes: number): Promise<Omit<Table, 'title'>> {
  const steps = ['discovery', 'install', ...stepNames.map(() => 'status'), ...Array(3).fill('announce')]
  const mix = Array.from({ length: Math.min(nodes, 3000) }, (_, at) => at + 1).flatMap((node) =>
    steps.map((step, at) => [step, ((node + nodes - at * 37) % nodes) + 1] as const),
  )
  const paths = mix.map(([step, node]) => asks[step]?.(node) ?? '/')
  const remotes = mix.map(([, node]) => addressOf(node))
  place.say('  a boot storm, 1,000 requests/s')
  const storm = await web.load('recording', { paths, remotes, seconds: 10, connections: 500, rate: 1000 })
  place.say('  everybody within 30 s')
  const all = askedOf('discovery', nodes)
  const once = await web.load('recording', { ...all, seconds: 30, connections: 2000, rate: nodes / 30 })
  return {
    columns,
    rows: [
      rowOf('a mix', 'lweb, 1,000 requests/s', storm),
      rowOf('discovery', 'lweb, all within 30 s', once),
    ],
  }
}
