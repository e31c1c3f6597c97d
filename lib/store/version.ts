// The versions of a database: a new text with every change of an object, another one with every record. A
// process that remembers what it read learns by one small read whether that is still true.
import { ObjectId } from 'bson'
import { kinds } from '../object/field.ts'
import { type Backend, bookkeeping, type Write } from './backend.ts'
import { idOf } from './bson/values.ts'

const collection = bookkeeping.versions
/** What has a version of its own. */
export type Versioned = 'objects' | 'records'

const changing: ReadonlySet<string> = new Set(kinds)

/** The version now; the same for all databases that were never changed. */
export async function readVersion(backend: Backend, of: Versioned = 'objects'): Promise<string> {
  const [document] = await backend.find(collection, { _id: of })
  return idOf(document?.version) ?? ''
}

/** What has to be written after those writes, and together with them. */
export function versionWrites(writes: readonly Write[]): Write[] {
  if (!writes.some((write) => changing.has(write.collection))) return []
  return [newVersion('objects')]
}

/** What has to be written after records, and together with them. */
export function newVersion(of: Versioned): Write {
  return { op: 'upsert', collection, key: { _id: of }, set: { version: new ObjectId() } }
}
