// One change of the database: a transaction, the free addresses that it works with, and what is to be said of
// it.
import type { Cluster } from '../../object/cluster.ts'
import type { Id, Kind } from '../../object/field.ts'
import type { Change, New, Objects } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { type Claim, type ClaimWish, claimNames } from '../claim-names.ts'
import { finder } from '../find.ts'
import { getCluster } from '../inventory.ts'
import { attempt, inTurn, type Notes, newNotes, type Outcome, untilOneFails } from '../outcome.ts'
import { releaseHeld } from './assign-address.ts'
import { openPool, type Pool } from './pool.ts'
import { insertLinked, refuseUsed, removeLinked, updateLinked } from './reference-counts.ts'

export interface Edit {
  readonly tx: Store
  readonly notes: Notes
  readonly pool: Pool
  /** The cluster, read once. */
  cluster(): Promise<Cluster>
  /** A way to take names for objects of the kind. */
  claims(kind: Kind, wish?: ClaimWish): Promise<Claim>
  /** Adds an object and counts its links. `taken` when the name is in use. */
  insert<K extends Kind>(kind: K, object: New<K>): Promise<Id>
  /** Changes an object, and the links that it has from now on. */
  update<K extends Kind>(kind: K, object: Objects[K], change: Change<K>): Promise<void>
  /**
   * Removes an object that nothing uses, else `refused`; `first` is done when that is sure. Its addresses
   * become free, its MAC addresses are forgotten.
   */
  remove<K extends Kind>(kind: K, object: Objects[K], first?: () => Promise<void>): Promise<void>
  /** Does `work` unless it is refused, which is a failure of the outcome; gives false then. */
  attempt(work: () => Promise<void>): Promise<boolean>
  /** Does `work` for one name after the other; one that does not exist ends it. */
  inTurn(names: readonly string[], work: (name: string) => Promise<void>): Promise<void>
  /** Does `work` for one name after the other until one fails; earlier ones stay done. */
  untilOneFails(names: readonly string[], work: (name: string) => Promise<void>): Promise<void>
}

/** Does `work` in a transaction, and writes the free lists back that it changed. */
export async function edit(store: Store, work: (edit: Edit) => Promise<unknown>): Promise<Outcome> {
  return await store.transaction(async (tx) => {
    const notes = newNotes()
    const pool = openPool(tx)
    await work(editOf(tx, notes, pool))
    await pool.save()
    return notes
  })
}

function editOf(tx: Store, notes: Notes, pool: Pool): Edit {
  const find = finder(tx)
  let read: Promise<Cluster> | undefined
  const cluster = () => {
    read ??= getCluster(tx)
    return read
  }
  return {
    tx,
    notes,
    pool,
    cluster,
    claims: (kind, wish) => claimNames(tx, kind, notes, wish),
    insert: async (kind, object) => insertLinked(tx, (await cluster()).id, kind, object),
    update: (kind, object, change) => updateLinked(tx, kind, object, change, notes),
    remove: async (kind, object, first) => {
      await refuseUsed(tx, kind, object)
      await first?.()
      await releaseHeld(pool, find, object)
      if (kind === 'node') await tx.clearMac(object.id)
      await removeLinked(tx, kind, object)
    },
    attempt: (one) => attempt(notes, one),
    inTurn: (names, one) => inTurn(notes, names, one),
    untilOneFails: (names, one) => untilOneFails(notes, names, one),
  }
}
