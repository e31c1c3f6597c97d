// The whole database at one moment, as its checks look at it.
import type { Counter, Snapshot } from '../../object/check/defect.ts'
import { type Id, type Kind, kinds } from '../../object/field.ts'
import { type Dump, idOf, isMap, numberOf, type Ref, type Store } from '../../store/store.ts'
import { loadInventory } from '../inventory.ts'

/** All objects, both sides of the link counters, and the MAC addresses of nodes; within a transaction. */
export async function takeSnapshot(store: Store): Promise<Snapshot> {
  const dump = await store.dump()
  return {
    all: await loadInventory(store),
    counters: countersOf(dump),
    macs: [
      ...(dump.mac ?? []).map(recordOf),
      ...(dump.mac_also ?? []).map((document) => ({ ...recordOf(document), further: true as const })),
    ],
  }
}

function recordOf({ mac, node }: Dump[string][number]) {
  return { mac: String(mac), node: idOf(node) }
}

/** Both sides of all link counters, joined. */
function countersOf(dump: Dump): Counter[] {
  const counters = new Map<string, Counter>()
  for (const { own, other, count } of entriesOf(dump, '_use_')) {
    const counter = { user: own, used: other, uses: count, usedBy: 0 }
    counters.set(`${own.kind} ${own.id} ${other.kind} ${other.id}`, counter)
  }
  for (const { own, other, count } of entriesOf(dump, '_usedby_')) {
    const key = `${other.kind} ${other.id} ${own.kind} ${own.id}`
    const { uses = 0 } = counters.get(key) ?? {}
    counters.set(key, { user: other, used: own, uses, usedBy: count })
  }
  return [...counters.values()]
}

function* entriesOf(
  dump: Dump,
  side: '_use_' | '_usedby_',
): Generator<{ own: Ref; other: Ref; count: number }> {
  for (const kind of kinds) {
    for (const document of dump[kind] ?? []) {
      const id = idOf(document._id)
      const maps: unknown = document[side]
      if (id === undefined || !isMap(maps)) continue
      for (const [collection, counts] of Object.entries(maps))
        for (const [other, count] of isMap(counts) ? Object.entries(counts) : [])
          yield {
            own: { kind, id },
            other: { kind: collection as Kind, id: other as Id },
            count: numberOf(count) ?? 0,
          }
    }
  }
}
