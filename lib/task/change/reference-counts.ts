// Objects added, changed and removed, with the link counters of both sides. A link counts how often one
// object refers to another one; both have the count in their documents.
import { LunaError } from '../../error.ts'
import type { Id, Kind } from '../../object/field.ts'
import { compareUses, completed, usesOf } from '../../object/link.ts'
import type { Change, New, Objects } from '../../object/objects.ts'
import type { Ref, Store } from '../../store/store.ts'
import type { Notes } from '../outcome.ts'

/** Adds an object and counts its links. `taken` when the name is in use. */
export async function insertLinked<K extends Kind>(
  store: Store,
  cluster: Id,
  kind: K,
  object: New<K>,
): Promise<Id> {
  const id = await store.insert(kind, object)
  for (const { count, ...used } of usesOf(kind, completed(kind, id, object), cluster))
    await store.link({ kind, id }, used, count)
  return id
}

/**
 * Changes an object and counts what it uses from now on. Counters that were wrong before are left and noted.
 */
export async function updateLinked<K extends Kind>(
  store: Store,
  kind: K,
  object: Objects[K],
  change: Change<K>,
  notes: Notes,
): Promise<void> {
  await store.update(kind, object.id, change)
  // The link to the cluster stays as it is: any id does for the comparison.
  const before = usesOf(kind, object, object.id)
  const after = usesOf(kind, { ...object, ...change }, object.id)
  for (const { count, ...used } of compareUses(before, after)) {
    const user: Ref = { kind, id: object.id }
    if (count > 0) await store.link(user, used, count)
    else await unlinkTolerantly(store, user, used, -count, notes)
  }
}

async function unlinkTolerantly(
  store: Store,
  user: Ref,
  used: Ref,
  times: number,
  notes: Notes,
): Promise<void> {
  try {
    await store.unlink(user, used, times)
  } catch (error) {
    if (!(error instanceof LunaError) || (error.code !== 'invalid' && error.code !== 'not-found')) throw error
    notes.warnings.push(`${error.message}: the link counters were wrong before (luna cluster check --repair)`)
  }
}

/** Refuses when something uses the object, and names it. Users that are gone do not count. */
export async function refuseUsed<K extends Kind>(store: Store, kind: K, object: Objects[K]): Promise<void> {
  const users: string[] = []
  for (const user of await store.usedBy({ kind, id: object.id })) {
    const found = await store.find(user.kind, user.id)
    if (found) users.push(`[${user.kind}/${found.name}]`)
  }
  if (users.length === 0) return
  throw new LunaError('refused', `${kind} "${object.name}" cannot be deleted`, {
    why: `it is used by ${users.join(' ')}`,
    fix: 'delete these first, or let them use something else',
  })
}

/** Removes an object that nothing uses, and its entries in the counters of whatever it used. */
export async function removeLinked<K extends Kind>(store: Store, kind: K, object: Objects[K]): Promise<void> {
  const ref: Ref = { kind, id: object.id }
  for (const used of await store.uses(ref)) await store.dropLink('usedBy', used, ref)
  await store.remove(kind, object.id)
}
