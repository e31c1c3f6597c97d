// Deleting an object of which nothing but the counters has to be told.
import type { Kind } from '../../object/field.ts'
import type { Store } from '../../store/store.ts'
import { newNotes, type Outcome } from '../outcome.ts'
import { refuseUsed, removeLinked } from './reference-counts.ts'

/** Deletes a named object that nothing uses. `not-found` (255) and `refused` (1, with the users named) as by the first Luna. */
export async function deleteObject(store: Store, kind: Kind, name: string): Promise<Outcome> {
  return await store.alone(async (alone) => {
    const object = await alone.getNamed(kind, name)
    await refuseUsed(alone, kind, object)
    await removeLinked(alone, kind, object)
    return newNotes()
  })
}
