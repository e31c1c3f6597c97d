// Which objects an object refers to, and how often: what the link counters of a sound database say.
import type { Id, Kind } from './field.ts'
import { networksUsed } from './group.ts'
import { fieldsOf, type New, type Objects } from './objects.ts'

/** An object that is referred to, and how often. */
export interface Use {
  readonly kind: Kind
  readonly id: Id
  readonly count: number
}

type Reference = readonly [kind: Kind, id: Id | null]

const references: { [K in Kind]: (object: Objects[K]) => Reference[] } = {
  cluster: ({ dhcp_net }) => [['network', dhcp_net]],
  osimage: () => [],
  bmcsetup: () => [],
  network: () => [],
  group: (group) => [
    ['osimage', group.osimage],
    ['bmcsetup', group.bmcsetup],
    ...networksUsed(group).map((id): Reference => ['network', id]),
  ],
  node: (node) => [
    ['group', node.group],
    ['switch', node.switch],
  ],
  switch: ({ network }) => [['network', network]],
  otherdev: ({ connected }) => Object.keys(connected).map((id): Reference => ['network', id as Id]),
}

/** Everything that the object uses, each once with its count; all but the cluster use the cluster once. */
export function usesOf<K extends Kind>(kind: K, object: Objects[K], cluster: Id): Use[] {
  const own: Reference[] = kind === 'cluster' ? [] : [['cluster', cluster]]
  const counts = new Map<string, Use>()
  for (const [used, id] of [...own, ...references[kind](object)]) {
    if (id === null) continue
    const key = `${used} ${id}`
    counts.set(key, { kind: used, id, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return [...counts.values()]
}

/** How the counts change from one list of uses to another; what stays the same is left out. */
export function compareUses(before: readonly Use[], after: readonly Use[]): Use[] {
  const gone = before.map((use) => ({ ...use, count: -use.count }))
  const changes = new Map<string, Use>()
  for (const use of [...gone, ...after]) {
    const key = `${use.kind} ${use.id}`
    changes.set(key, { ...use, count: (changes.get(key)?.count ?? 0) + use.count })
  }
  return [...changes.values()].filter(({ count }) => count !== 0)
}

/** The object as it is once it is stored: what it does not say is as its field table has it. */
export function completed<K extends Kind>(kind: K, id: Id, object: New<K>): Objects[K] {
  const absent = Object.entries(fieldsOf[kind]).map(([name, { absent }]) => [name, absent])
  return { ...Object.fromEntries(absent), ...object, id }
}
