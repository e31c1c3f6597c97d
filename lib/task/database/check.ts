// Checks the whole database, and repairs what takes no decision: `luna cluster check [--repair]`.
import { findDefects } from '../../object/check/check.ts'
import type { Defect, DefectName, Repair, Update } from '../../object/check/defect.ts'
import type { Kind } from '../../object/field.ts'
import type { Store } from '../../store/store.ts'
import { takeSnapshot } from './snapshot.ts'

export interface Finding {
  readonly defect: DefectName
  /** One line for people. */
  readonly line: string
  readonly repaired: boolean
  /**
   * Nothing is wrong in the database: an address kept out of use or a port with several nodes, perhaps on
   * purpose, names that an old initramfs cuts, or a word that readers of network files pass over.
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
  const harmless = ['reserved', 'shared-port', 'peer-id', 'doubtful-value'].includes(defect)
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
