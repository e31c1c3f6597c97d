// Link counters that do not agree with the references that objects really hold.

import { type Id, type Kind, kinds } from '../field.ts'
import { usesOf } from '../link.ts'
import { aKind } from '../name.ts'
import type { Inventory } from '../net/address-use.ts'
import { type Counter, type Defect, label, type Named } from './defect.ts'

export function counterDefects(all: Inventory, counters: readonly Counter[]): Defect[] {
  const names = new Map<Id, string>(
    kinds.flatMap((kind) => all[kind].map(({ id, name }) => [id, name] as const)),
  )
  const expected = expectedCounts(all, names)
  const counted = new Map(counters.map((counter) => [keyOf(counter), counter]))
  const defects: Defect[] = []
  for (const key of new Set([...expected.keys(), ...counted.keys()])) {
    const pair = expected.get(key) ?? counted.get(key)
    if (!pair) continue
    const count = expected.get(key)?.uses ?? 0
    const { uses = 0, usedBy = 0 } = counted.get(key) ?? {}
    const { user, used } = pair
    if (uses === count && usedBy === count) continue
    const repair = { do: 'count', user, used, count } as const
    defects.push({ defect: 'counter', line: sentence(names, pair, count, uses, usedBy), repair })
  }
  return defects
}

function expectedCounts(all: Inventory, names: ReadonlyMap<Id, string>): Map<string, Counter> {
  const cluster = all.cluster[0]?.id
  const expected = new Map<string, Counter>()
  if (cluster === undefined) return expected
  function count<K extends Kind>(kind: K): void {
    for (const object of all[kind]) {
      for (const { count, ...used } of usesOf(kind, object, cluster ?? object.id)) {
        const counter = { user: { kind, id: object.id }, used, uses: count, usedBy: count }
        if (names.has(used.id)) expected.set(keyOf(counter), counter)
      }
    }
  }
  for (const kind of kinds) count(kind)
  return expected
}

function keyOf({ user, used }: Pick<Counter, 'user' | 'used'>): string {
  return `${user.kind} ${user.id} ${used.kind} ${used.id}`
}

function sentence(
  names: ReadonlyMap<Id, string>,
  { user, used }: Pick<Counter, 'user' | 'used'>,
  count: number,
  uses: number,
  usedBy: number,
): string {
  const [by, of] = [labelOf(names, user), labelOf(names, used)]
  if (by === undefined && of === undefined)
    return `a link between ${aKind(user.kind)} and ${aKind(used.kind)} that are gone`
  if (by === undefined) return `${of}: counts as used by ${aKind(user.kind)} that is gone`
  if (of === undefined) return `${by}: counts as using ${aKind(used.kind)} that is gone`
  return `${by}: uses ${of} ${times(count)}, but counts ${uses}, and is counted ${usedBy} there`
}

function labelOf(names: ReadonlyMap<Id, string>, { kind, id }: Named): string | undefined {
  const name = names.get(id)
  return name === undefined ? undefined : label(kind, name)
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
