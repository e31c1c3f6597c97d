// What can be done to an object of any kind: rename it, comment on it, delete it.
import { LunaError } from '../../error.ts'
import type { Kind } from '../../object/field.ts'
import { aKind, checkNewName } from '../../object/name.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { newNotes, type Outcome } from '../outcome.ts'
import { refuseUsed, removeLinked } from './reference-counts.ts'

/** Deletes a named object that nothing uses. `not-found` (255) and `refused` (1, with the users named) as by the first Luna. */
export async function deleteObject(store: Store, kind: Kind, name: string): Promise<Outcome> {
  return await store.transaction(async (tx) => {
    const object = await tx.getNamed(kind, name)
    await refuseUsed(tx, kind, object)
    await removeLinked(tx, kind, object)
    return newNotes()
  })
}

/**
 * Gives an object another name; references are by id and stay. Exit status 1 when the new name is in use or cannot be a
 * name, 255 when there is no such object.
 */
export async function renameObject(store: Store, kind: Kind, name: string, newName: string): Promise<void> {
  checkNewName(kind, newName)
  await store.transaction(async (tx) => {
    const { id } = await tx.getNamed(kind, name)
    if (await tx.findNamed(kind, newName)) {
      const fix = `choose another name, or see what it is: luna ${kind} show ${newName}`
      throw new LunaError('taken', `there is ${aKind(kind)} "${newName}" already`, { fix, exit: 1 })
    }
    const change: Change<Kind> = { name: newName }
    await tx.update(kind, id, change)
  })
}

/** Puts a text in place of the comment of an object; the empty one erases it. */
export async function commentObject(store: Store, kind: Kind, name: string, comment: string): Promise<void> {
  const { id } = await store.getNamed(kind, name)
  const change: Change<Kind> = { comment }
  await store.update(kind, id, change)
}
