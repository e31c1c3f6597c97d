// Recognises a machine by the switch port where it was seen. One rule decides for discovery and for
// explaining it.
import type { Id } from '../../object/field.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { Node } from '../../object/node.ts'
import type { Learned, Store } from '../../store/store.ts'

/**
 * A port with more MAC addresses leads to another switch, not to a node. A node has its own, that of a BMC
 * which shares its port, and a few virtual ones.
 */
export const mostPerPort = 8

/** A sighting that is so much older than the newest one is of where the machine was before: four polls. */
export const staleAfter = 120_000

/** A place where a machine was seen. */
export interface Sighting {
  readonly at: Learned
  /**
   * How many MAC addresses are at this port. Counted only where a node is expected, or when asked for; else
   * 0.
   */
  readonly macs: number
  /** The nodes that are configured at this port, with what their `port` agrees with. */
  readonly expected: readonly { readonly node: Node; readonly by: 'portname' | 'port' }[]
}

export type Verdict =
  | { readonly kind: 'matched'; readonly node: Node; readonly at: Learned }
  /** No switch has seen it. */
  | { readonly kind: 'unseen' }
  /** It was seen, but no node is configured there. */
  | { readonly kind: 'unexpected' }
  /** The only ports where it was seen and a node is configured have more than `mostPerPort` addresses. */
  | { readonly kind: 'crowded'; readonly nodes: readonly string[] }
  /** It could be any of several nodes. */
  | { readonly kind: 'ambiguous'; readonly nodes: readonly string[] }

/** Decides. Names of ports count before numbers: a port called 7 is meant by "7", whatever number it has. */
export function judge(sightings: readonly Sighting[]): Verdict {
  if (sightings.length === 0) return { kind: 'unseen' }
  const claims = sightings.flatMap(({ at, macs, expected }) =>
    expected.map((claim) => ({ ...claim, at, crowded: macs > mostPerPort })),
  )
  const free = claims.filter(({ crowded }) => !crowded)
  const named = free.filter(({ by }) => by === 'portname')
  const claiming = named.length > 0 ? named : free
  const [first] = claiming
  if (!first) {
    return claims.length > 0 ? { kind: 'crowded', nodes: namesOf(claims) } : { kind: 'unexpected' }
  }
  const nodes = namesOf(claiming)
  return nodes.length > 1 ? { kind: 'ambiguous', nodes } : { kind: 'matched', node: first.node, at: first.at }
}

function namesOf(claims: readonly { readonly node: Node }[]): string[] {
  return [...new Set(claims.map(({ node }) => node.name))].sort()
}

/** What is asked of a store. */
export type Sees = Pick<Store, 'learned' | 'learnedAt' | 'nodesAt'>

/**
 * Where switches see a machine now, and the nodes expected there. `thorough` counts the addresses of all
 * ports.
 */
export async function sightingsOf(
  store: Sees,
  mac: Mac,
  { thorough = false }: { thorough?: boolean } = {},
): Promise<Sighting[]> {
  const seen = current(await store.learned(mac))
  const nodes = new Map<Id, Node[]>()
  for (const { switch: id } of seen) if (!nodes.has(id)) nodes.set(id, await store.nodesAt(id))
  return await Promise.all(
    seen.map(async (at): Promise<Sighting> => {
      const expected = (nodes.get(at.switch) ?? []).flatMap((node) => {
        const by = (['portname', 'port'] as const).find((one) => at[one] === node.port)
        return by && node.port ? [{ node, by }] : []
      })
      return { at, expected, macs: thorough || expected.length > 0 ? await macsAt(store, at) : 0 }
    }),
  )
}

/** The newest entry per switch and port, without places where the machine was before. */
export function current(seen: readonly Learned[]): Learned[] {
  const newest = Math.max(...seen.map(({ updated }) => updated.getTime()))
  return seen.filter((one) => {
    const latest = seen.find((other) => other.switch === one.switch)?.updated ?? one.updated
    return one.updated.getTime() === latest.getTime() && newest - one.updated.getTime() < staleAfter
  })
}

/** Port 7 of sw01, as people name it: `sw01 port 7 (swp7)`. */
export async function locateAtSwitch(store: Store, { switch: id, port, portname }: Learned): Promise<string> {
  const name = (await store.find('switch', id))?.name ?? `missing switch ${id}`
  return `${name} port ${port}${portname === port ? '' : ` (${portname})`}`
}

async function macsAt(store: Sees, { switch: id, port, updated }: Learned): Promise<number> {
  const there = await store.learnedAt(id, port)
  const since = updated.getTime() - staleAfter
  return new Set(there.filter((one) => one.updated.getTime() > since).map(({ mac }) => mac)).size
}
