// Checks the whole database, and repairs what takes no decision: `luna cluster check [--repair]`.
import { findDefects } from '../../object/check/check.ts'
import type { Counter, Defect, DefectName, Repair, Snapshot, Update } from '../../object/check/defect.ts'
import { type Id, type Kind, kinds } from '../../object/field.ts'
import { type Dump, idOf, isMap, numberOf, type Ref, type Store } from '../../store/store.ts'
import { loadInventory } from '../inventory.ts'

export interface Finding {
  readonly defect: DefectName
  /** One line for people. */
  readonly line: string
  readonly repaired: boolean
  /**
   * Nothing is wrong in the database: an address kept out of use, perhaps on purpose, or names that an old
   * initramfs cuts.
   */
  readonly harmless: boolean
}

export interface CheckWish {
  readonly repair: boolean
  /** Repair leaves addresses alone that are reserved though nothing has them. */
  readonly keepReserved?: boolean
}

/**
 * Everything that is wrong, in a stable order; with `repair` what can be repaired is repaired, all at once.
 */
export async function checkCluster(store: Store, wish: CheckWish): Promise<Finding[]> {
  return await store.transaction(async (tx) => {
    const defects = findDefects(await takeSnapshot(tx), wish.keepReserved ?? false)
    for (const { repair } of wish.repair ? defects : []) if (repair) await apply(tx, repair)
    return defects.map((defect) => finding(defect, wish.repair))
  })
}

function finding({ defect, line, repair }: Defect, repairs: boolean): Finding {
  const harmless = defect === 'reserved' || defect === 'peer-id'
  return { defect, line, repaired: repairs && repair !== undefined, harmless }
}

async function apply(store: Store, repair: Repair): Promise<void> {
  switch (repair.do) {
    case 'remove':
      return await store.remove(repair.kind, repair.id)
    case 'update':
      return await update(store, repair)
    case 'forget-mac':
      return await store.clearMac(repair.node)
    case 'count':
      await store.dropLink('uses', repair.user, repair.used)
      await store.dropLink('usedBy', repair.used, repair.user)
      if (repair.count > 0) await store.link(repair.user, repair.used, repair.count)
      return
    default:
      repair satisfies never
  }
}

async function update<K extends Kind>(store: Store, { kind, id, change }: Update<K>): Promise<void> {
  await store.update(kind, id, change)
}

async function takeSnapshot(store: Store): Promise<Snapshot> {
  const dump = await store.dump()
  return {
    all: await loadInventory(store),
    counters: countersOf(dump),
    macs: (dump.mac ?? []).map(({ mac, node }) => ({ mac: String(mac), node: idOf(node) })),
  }
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
