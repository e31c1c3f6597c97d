// What can be done to an object of any kind: show it, rename it, comment on it. Deleting is in remove.ts.
import type { Document } from 'bson'
import { LunaError } from '../../error.ts'
import type { Kind } from '../../object/field.ts'
import { aKind, checkNewName } from '../../object/name.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { describe, type Facts, remembering } from './describe.ts'

/** Everything about the object with that name; `not-found` when there is none. */
export async function showObject(store: Store, kind: Kind, name: string, now: Date): Promise<Facts> {
  const object = await store.getNamed(kind, name)
  return await describe(store, kind, object, remembering(store), now)
}

/** Everything about all objects of a kind, sorted by name. */
export async function listObjects(store: Store, kind: Kind, now: Date): Promise<Facts[]> {
  const find = remembering(store)
  const facts: Facts[] = []
  for (const object of await store.list(kind)) facts.push(await describe(store, kind, object, find, now))
  return facts
}

/** The stored document of the object with that name, link counters and all. */
export async function rawObject(store: Store, kind: Kind, name: string): Promise<Document> {
  return await store.raw(kind, (await store.getNamed(kind, name)).id)
}

/**
 * Gives an object another name; references are by id and stay. Exit status 1 when the new name is in use or cannot be a
 * name, 255 when there is no such object.
 */
export async function renameObject(store: Store, kind: Kind, name: string, newName: string): Promise<void> {
  checkNewName(kind, newName)
  await store.alone(async (alone) => {
    const { id } = await alone.getNamed(kind, name)
    if (await alone.findNamed(kind, newName)) {
      const fix = `choose another name, or see what it is: luna ${kind} show ${newName}`
      throw new LunaError('taken', `there is ${aKind(kind)} "${newName}" already`, { fix, exit: 1 })
    }
    const change: Change<Kind> = { name: newName }
    await alone.update(kind, id, change)
  })
}

/** Puts a text in place of the comment of an object; the empty one erases it. */
export async function commentObject(store: Store, kind: Kind, name: string, comment: string): Promise<void> {
  const { id } = await store.getNamed(kind, name)
  const change: Change<Kind> = { comment }
  await store.update(kind, id, change)
}
