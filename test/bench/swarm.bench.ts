// The swarm: how long it takes until the last of N nodes has the image, and what the head sends for that;
// when nodes and services die meanwhile; and the seeder beside nginx.
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Bench, figure, type Place, ratio, type Table } from './bench.ts'
import { busySeconds, cpuSeconds } from './cpu.ts'
import { caseOf, wantedOf, wantedOfFault } from './swarm-cases.ts'
import { Head, services } from './swarm-head.ts'
import { addNodes, makeNetwork, sentByHead } from './swarm-net.ts'
import { makeClients, Node, type Way } from './swarm-nodes.ts'

export const bench: Bench = {
  about: 'nodes that download one image at the same time: Luna, aria2 alone, HTTP alone',
  limit: 3000,
  network: 'own',
  run: async (place) => {
    makeNetwork(mbit)
    const most = { growth: Math.max(...sizes), faults: crowd } as Readonly<Record<string, number>>
    const namespaces = addNodes(Math.max(0, ...parts.map((part) => most[part] ?? 0)), mbit)
    const head = await Head.start(place, size)
    makeClients(join(place.dir, 'nodes/client'))
    const world = { place, head, namespaces }
    const tables: Table[] = []
    for (const part of parts) {
      const make = makers[part]
      if (!make) throw new Error(`LUNA_BENCH_PARTS: there are ${Object.keys(makers).join(', ')}`)
      tables.push(await make(world))
    }
    return tables
  },
}

const makers: Record<string, (world: World) => Promise<Table>> = { growth, faults, alone }
const given = caseOf(process.env)
const parts = given.PARTS.split(',')
const size = Number(given.MB) * 1_000_000
const mbit = Number(given.MBIT)
const sizes = given.NODES.split(',').map(Number)
const ways = splitWays(given.WAYS)
// HTTP alone takes the head's link as often as there are nodes.
const mostByHttp = Number(process.env.LUNA_BENCH_HTTP ?? 36)
// Of the cases in which something dies.
const crowd = 16
// Milliseconds that all of the head is away.
const away = 5000
const patience = 400

interface World {
  readonly place: Place
  readonly head: Head
  readonly namespaces: readonly string[]
}

interface Ran {
  /** When the last that did not die had it, from the start of the first. */
  readonly seconds: number
  readonly finished: number
  readonly wanted: number
  /** Bytes that the head sent, in images. */
  readonly images: number
  /** Of the processors. */
  readonly busy: number
}

/** What happens while nodes download; gives the nodes that cannot finish any more. */
type Event = (nodes: Node[], start: (number: number) => void, head: Head) => Promise<readonly Node[]>

const nothing: Event = async () => []

/** Has so many nodes start at once, and waits until all that live have the image. */
async function race(
  { place, head, namespaces }: World,
  way: Way,
  count: number,
  event = nothing,
): Promise<Ran> {
  for (const service of services) await head.ensure(service)
  const offered = await head.offer()
  const nodes: Node[] = []
  const start = (number: number) =>
    void nodes.push(new Node(namespaces[number - 1], number, join(place.dir, 'nodes'), way, offered))
  const before = { sent: sentByHead(), busy: busySeconds(), time: performance.now() }
  for (let number = 1; number <= count; number++) start(number)
  const dead = await event(nodes, start, head)
  const living = nodes.filter((node) => !dead.includes(node))
  await Promise.race([Promise.all(living.map(({ whole }) => whole)), delay(limit(way, count))])
  const seconds = (performance.now() - before.time) / 1000
  const images = (sentByHead() - before.sent) / head.image.length
  const busy = (busySeconds() - before.busy) / seconds
  const right = living.filter((node) => node.seconds !== undefined && node.isRight(head.image))
  const late = living.find((node) => !right.includes(node))
  if (late) place.say(`not finished: ${late.said}`)
  place.say(`  ${figure(seconds)} s, ${right.length} of ${living.length}, ${figure(images)} images sent`)
  await Promise.all(nodes.map((node) => node.die()))
  head.withdraw(offered)
  return { seconds, finished: right.length, wanted: living.length, images, busy }
}

function limit(way: Way, count: number): number {
  return 1000 * (way === 'HTTP' ? patience + (count * size * 10) / (mbit * 1e6) : patience)
}

async function growth(world: World): Promise<Table> {
  const rows: string[][] = []
  const first = new Map<Way, number>()
  for (const count of sizes) {
    const byHttp = { seconds: Number.NaN }
    const ran = new Map<Way, Ran>()
    for (const way of ways) {
      if (way === 'HTTP' && count > mostByHttp) continue
      world.place.say(`${count} nodes, ${way}`)
      const one = await race(world, way, count)
      ran.set(way, one)
      first.set(way, first.get(way) ?? one.seconds)
      if (way === 'HTTP') byHttp.seconds = one.seconds
    }
    for (const [way, one] of ran) {
      rows.push([
        `${count}, ${way}`,
        figure(one.seconds),
        ratio(one.seconds, first.get(way) ?? Number.NaN),
        ratio(byHttp.seconds, one.seconds),
        figure(one.images),
        `${one.finished} of ${one.wanted}`,
        figure(100 * one.busy),
        way === 'Luna' ? wantedOf(count, mbit) : '',
      ])
    }
  }
  return {
    title: `${size / 1e6} MB, every link ${mbit} Mbit/s each way`,
    columns: [
      ...['nodes', 'seconds to the last', 'to that of one', 'HTTP takes as often'],
      ...['images sent by the head', 'finished', 'processors %', 'wanted'],
    ],
    rows,
    notes: ['All processors together count 100 % each: the head and all nodes share them.'],
  }
}

async function faults(world: World): Promise<Table> {
  const half = 500 * ((size * 8) / (mbit * 1e6))
  const few = crowd / 4
  const cases: [string, number, Event][] = [
    ['nothing happens', crowd, nothing],
    [
      `${few} nodes join late`,
      crowd - few,
      async (_nodes, start) => {
        await delay(half)
        for (let number = crowd - few + 1; number <= crowd; number++) start(number)
        return []
      },
    ],
    [
      `${few} nodes die in the middle`,
      crowd,
      async (nodes) => {
        await delay(half)
        const dead = nodes.slice(0, few)
        await Promise.all(dead.map((node) => node.die()))
        return dead
      },
    ],
    ['the seeder is killed', crowd, killed('ltorrent', half)],
    ['the tracker is killed', crowd, killed('lweb', half)],
    [`all of the head is gone for ${away / 1000} s`, crowd, gone(half)],
  ]
  const rows: string[][] = []
  let first = Number.NaN
  for (const [title, count, event] of cases) {
    world.place.say(`${crowd} nodes, ${title}`)
    const { seconds, images, finished, wanted } = await race(world, 'Luna', count, event)
    first = Number.isNaN(first) ? seconds : first
    const wish = /die|killed/.test(title) ? wantedOfFault : ''
    const row = [figure(seconds), ratio(seconds, first), wish, figure(images)]
    rows.push([title, ...row, `${finished} of ${wanted}`])
  }
  return {
    title: `${crowd} nodes while something dies; half of what one takes after the start`,
    columns: [
      ...['what', 'seconds to the last', 'to nothing', 'wanted'],
      ...['images sent by the head', 'survivors that finished'],
    ],
    rows,
  }
}

function killed(service: 'lweb' | 'ltorrent', after: number): Event {
  return async (_nodes, _start, head) => {
    await delay(after)
    await head.kill(service)
    return []
  }
}

function gone(after: number): Event {
  return async (_nodes, _start, head) => {
    await delay(after)
    for (const service of services) await head.kill(service)
    await delay(away)
    for (const service of services) await head.ensure(service)
    return []
  }
}

/** Ways, of which one has a comma in its name. */
function splitWays(text: string): Way[] {
  return text.split(/,(?! )/) as Way[]
}

/** One client beside the head, with no link between them. */
async function alone({ place, head }: World): Promise<Table> {
  for (const service of ['lweb', 'ltorrent'] as const) await head.ensure(service)
  const rates = []
  for (const [way, service] of [
    ['HTTP', 'nginx'],
    ['Luna, no web seed', 'ltorrent'],
  ] as const) {
    place.say(`one client on loopback: ${service}`)
    const offered = await head.offer()
    const pids = head.pids(service)
    const before = cpuSeconds(pids)
    const node = new Node(undefined, 1, join(place.dir, 'nodes'), way, offered)
    await node.whole
    const used = cpuSeconds(pids) - before
    rates.push({ service, seconds: node.seconds ?? Number.NaN, perCore: size / 1e6 / used })
    await node.die()
    head.withdraw(offered)
  }
  const [nginx] = rates
  return {
    title: `One client on loopback, ${size / 1e6} MB`,
    columns: ['sent by', 'MB/s', 'MB per second of a processor', 'to nginx'],
    rows: rates.map(({ service, seconds, perCore }) => [
      service,
      figure(size / 1e6 / seconds),
      figure(perCore),
      ratio(perCore, nginx?.perCore ?? Number.NaN),
    ]),
  }
}
