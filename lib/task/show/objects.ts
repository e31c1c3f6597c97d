// Objects of any kind as people see them: one, all of a kind, or the stored document.
import type { Kind } from '../../object/field.ts'
import type { Document, Store } from '../../store/store.ts'
import { finder } from '../find.ts'
import { describe } from './describe.ts'
import type { Facts } from './facts.ts'

/** Everything about the object with that name; `not-found` when there is none. */
export async function showObject(store: Store, kind: Kind, name: string, now: Date): Promise<Facts> {
  const object = await store.getNamed(kind, name)
  return await describe(store, kind, object, now)
}

/** Everything about all objects of a kind, sorted by name. */
export async function listObjects(store: Store, kind: Kind, now: Date): Promise<Facts[]> {
  const find = finder(store)
  const facts: Facts[] = []
  for (const object of await store.list(kind)) facts.push(await describe(store, kind, object, now, find))
  return facts
}

/** The stored document of the object with that name, link counters and all. */
export async function rawObject(store: Store, kind: Kind, name: string): Promise<Document> {
  return await store.raw(kind, (await store.getNamed(kind, name)).id)
}
