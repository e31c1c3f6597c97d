// The version of the objects of a database: a new text with every change. A process that remembers what it
// read learns by one small read whether that is still true.
import { ObjectId } from 'bson'
import { kinds } from '../object/field.ts'
import { type Backend, bookkeeping, type Write } from './backend.ts'
import { idOf } from './bson/values.ts'

const collection = bookkeeping.versions
const key = { _id: 'objects' }
const changing: ReadonlySet<string> = new Set(kinds)

/** The version now; the same for all databases that were never changed. */
export async function readVersion(backend: Backend): Promise<string> {
  const [document] = await backend.find(collection, key)
  return idOf(document?.version) ?? ''
}

/** What has to be written after those writes, and together with them. */
export function versionWrites(writes: readonly Write[]): Write[] {
  if (!writes.some((write) => changing.has(write.collection))) return []
  return [{ op: 'upsert', collection, key, set: { version: new ObjectId() } }]
}
