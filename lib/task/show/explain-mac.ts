// Why discovery takes a machine for a node or not: its verdict, and the sightings that it goes by.
import { LunaError } from '../../error.ts'
import type { Id } from '../../object/field.ts'
import { type Mac, macObjection, readMac } from '../../object/net/mac.ts'
import type { Node } from '../../object/node.ts'
import type { Learned, Store } from '../../store/store.ts'
import { judge, type Sees, type Sighting, sightingsOf, type Verdict } from '../boot/switch-port.ts'
import { macOwners } from '../macs.ts'
import { secondsSince } from './age.ts'

export interface SeenPlace {
  readonly switch: string
  readonly port: string
  readonly portname: string
  /** Seconds since the switch told. */
  readonly age: number
  /** How many MAC addresses there are at this port. */
  readonly macs: number
  /** The nodes that are configured there. */
  readonly expected: readonly string[]
}

export interface Explanation {
  readonly mac: Mac
  /** The node that has the MAC address now. */
  readonly node: string | null
  readonly verdict: 'known' | Verdict['kind']
  /** The node that it would be taken for, or those that it could be. */
  readonly candidates: readonly string[]
  readonly seen: readonly SeenPlace[]
}

/** Explains one MAC address as typed. Throws LunaError `invalid` when it is none. */
export async function explainMac(store: Store, text: string, now: Date): Promise<Explanation> {
  const mac = readMac(text)
  const why = mac && macObjection(mac)
  if (!mac || why !== undefined) {
    throw new LunaError('invalid', `${JSON.stringify(text)} is not the MAC address of a machine`, {
      ...(why !== undefined && { why }),
      fix: 'write it like 52:54:00:00:00:01',
    })
  }
  const owner = await store.findMac(mac)
  const node = owner && (await store.find('node', owner))
  const sightings = await sightingsOf(store, mac, { thorough: true })
  const switches = new Map((await store.list('switch')).map(({ id, name }) => [id, name]))
  return explanation(mac, node?.name, sightings, switches, now)
}

/** Explains every MAC address that a switch has seen, sorted by where that is. */
export async function explainAll(store: Store, now: Date): Promise<Explanation[]> {
  const sees = inMemory(await store.learned(), await store.list('node'))
  const switches = new Map((await store.list('switch')).map(({ id, name }) => [id, name]))
  const nodes = new Map((await store.list('node')).map(({ id, name }) => [id, name]))
  const owners = new Map([...(await macOwners(store))].map(([mac, id]) => [mac, nodes.get(id)]))
  const all: Explanation[] = []
  for (const mac of sees.macs) {
    const sightings = await sightingsOf(sees, mac, { thorough: true })
    all.push(explanation(mac, owners.get(mac), sightings, switches, now))
  }
  return all.sort(byPlace)
}

function byPlace(a: Explanation, b: Explanation): number {
  const text = ({ seen: [place] }: Explanation) => (place ? `${place.switch} ${place.port}` : '')
  return text(a).localeCompare(text(b), 'en', { numeric: true }) || (a.mac < b.mac ? -1 : 1)
}

/** What the store would answer, from lists that were read once. */
function inMemory(learned: readonly Learned[], nodes: readonly Node[]): Sees & { macs: Iterable<Mac> } {
  const byMac = Map.groupBy(learned, ({ mac }) => mac)
  const byPort = Map.groupBy(learned, ({ switch: id, port }) => `${id} ${port}`)
  const bySwitch = Map.groupBy(nodes, (node) => node.switch)
  return {
    macs: byMac.keys(),
    learned: (mac) => Promise.resolve(mac ? (byMac.get(mac) ?? []) : [...learned]),
    learnedAt: (id, port) => Promise.resolve(byPort.get(`${id} ${port}`) ?? []),
    nodesAt: (id) => Promise.resolve(bySwitch.get(id) ?? []),
  }
}

function explanation(
  mac: Mac,
  owner: string | undefined,
  sightings: readonly Sighting[],
  switches: ReadonlyMap<Id, string>,
  now: Date,
): Explanation {
  const verdict = judge(sightings)
  return {
    mac,
    node: owner ?? null,
    verdict: owner === undefined ? verdict.kind : 'known',
    candidates: verdict.kind === 'matched' ? [verdict.node.name] : 'nodes' in verdict ? verdict.nodes : [],
    seen: sightings.map(({ at, macs, expected }) => ({
      switch: switches.get(at.switch) ?? `missing switch ${at.switch}`,
      port: at.port,
      portname: at.portname,
      age: secondsSince(at.updated, now),
      macs,
      expected: expected.map(({ node }) => node.name),
    })),
  }
}
