// One change of the database: a transaction, the free addresses that it works with, and what is to be said of
// it.
import type { Cluster } from '../../object/cluster.ts'
import type { Kind } from '../../object/field.ts'
import { checkNewName, nameTaken } from '../../object/name.ts'
import type { Change, New, Objects } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../inventory.ts'
import { attempt, inTurn, type Notes, newNotes, type Outcome, untilOneFails } from '../outcome.ts'
import { openPool, type Pool } from './pool.ts'
import { insertLinked, refuseUsed, removeLinked, updateLinked } from './reference-counts.ts'

export interface Edit {
  readonly tx: Store
  readonly notes: Notes
  readonly pool: Pool
  /** The cluster, read once. */
  cluster(): Promise<Cluster>
  /** Adds an object and counts its links. `taken` when the name is in use. */
  insert<K extends Kind>(kind: K, object: New<K>): Promise<void>
  /** Changes an object, and the links that it has from now on. */
  update<K extends Kind>(kind: K, object: Objects[K], change: Change<K>): Promise<void>
  /** Removes an object that nothing uses, else `refused`; `first` is done when that is sure. */
  remove<K extends Kind>(kind: K, object: Objects[K], first?: () => Promise<void>): Promise<void>
  /** Does `work` unless it is refused, which is a failure of the outcome; gives false then. */
  attempt(work: () => Promise<void>): Promise<boolean>
  /** Does `work` for one name after the other; one that does not exist ends it. */
  inTurn(names: readonly string[], work: (name: string) => Promise<void>): Promise<void>
  /** Does `work` for one name after the other until one fails; earlier ones stay done. */
  untilOneFails(names: readonly string[], work: (name: string) => Promise<void>): Promise<void>
}

/** Does `work` in a transaction, and writes the free lists back that it changed. */
export async function edit(store: Store, work: (edit: Edit) => Promise<void>): Promise<Outcome> {
  return await store.transaction(async (tx) => {
    const notes = newNotes()
    const pool = openPool(tx)
    await work(editOf(tx, notes, pool))
    await pool.save()
    return notes
  })
}

function editOf(tx: Store, notes: Notes, pool: Pool): Edit {
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
    insert: async (kind, object) => {
      await insertLinked(tx, (await cluster()).id, kind, object)
    },
    update: (kind, object, change) => updateLinked(tx, kind, object, change, notes),
    remove: async (kind, object, first) => {
      await refuseUsed(tx, kind, object)
      await first?.()
      await removeLinked(tx, kind, object)
    },
    attempt: (one) => attempt(notes, one),
    inTurn: (names, one) => inTurn(notes, names, one),
    untilOneFails: (names, one) => untilOneFails(notes, names, one),
  }
}

/** Refuses a name that no new object of the kind may have (`refused`), or that one has already (`taken`). */
export async function checkFreeName(store: Store, kind: Kind, name: string): Promise<void> {
  checkNewName(kind, name)
  if (await store.findNamed(kind, name)) throw nameTaken(kind, name)
}
