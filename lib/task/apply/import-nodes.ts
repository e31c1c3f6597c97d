// Nodes of a file into the database, in one transaction, with the differences that this makes.
import type { NodeFile } from '../../format/node-file.ts'
import type { Store } from '../../store/store.ts'
import { edit } from '../change/edit.ts'
import { recordEffects } from '../effect/record.ts'
import type { Outcome } from '../outcome.ts'
import { type Difference, differencesOf } from './differences.ts'
import { Faults } from './faults.ts'
import { applyNodes } from './kind/node.ts'
import { entriesOf } from './kind/node-table.ts'
import { readNodes } from './kind/node-wish.ts'

export interface ImportOptions {
  /** The group of nodes that the file gives none. */
  readonly group?: string
  /** Nodes of the groups in the file that it does not name are removed. */
  readonly prune: boolean
}

/** Imports nodes, all or none. Throws Faulty with everything that is wrong, and nothing is changed. */
export async function importNodes(
  store: Store,
  file: NodeFile,
  { group, prune }: ImportOptions,
): Promise<Outcome & { differences: readonly Difference[] }> {
  const faults = new Faults()
  const entries = file.table ? entriesOf(file.table, await store.list('group'), faults) : file.entries
  const wishes = readNodes(entries, group, faults)
  return await store.transaction(async (tx) => {
    const recorder = recordEffects(tx)
    const outcome = await edit(recorder.store, async (change) => {
      await applyNodes(change, wishes, prune ? 'groups' : 'none', faults)
    })
    return { ...outcome, differences: await differencesOf(tx, recorder.effects()) }
  })
}
