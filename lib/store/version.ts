// The versions of a database: new texts with every change of an object, of a MAC address, of a record. A
// process that remembers what it read learns by one small read whether that is still true.
import { ObjectId } from 'bson'
import { kinds } from '../object/field.ts'
import { alsoMacs, type Backend, bookkeeping, type Write } from './backend.ts'
import { idOf } from './bson/values.ts'
import type { Versions } from './store.ts'

const collection = bookkeeping.versions

/** In which collections a change gives another version. */
const changing: { readonly [of in 'objects' | 'macs']: ReadonlySet<string> } = {
  objects: new Set(kinds),
  macs: new Set(['mac', alsoMacs]),
}

/** The versions now; '' for what was never changed. */
export async function readVersions(backend: Pick<Backend, 'find'>): Promise<Versions> {
  const versions = { objects: '', macs: '', records: '' }
  for (const { _id, version } of await backend.find(collection)) {
    const of = (Object.keys(versions) as (keyof Versions)[]).find((one) => one === _id)
    if (of) versions[of] = idOf(version) ?? ''
  }
  return versions
}

/** What has to be written after those writes, and together with them. */
export function versionWrites(writes: readonly Write[]): Write[] {
  return (['objects', 'macs'] as const)
    .filter((of) => writes.some((write) => changing[of].has(write.collection)))
    .map(newVersion)
}

/** What has to be written after records, and together with them. */
export function newVersion(of: keyof Versions): Write {
  return { op: 'upsert', collection, key: { _id: of }, set: { version: new ObjectId() } }
}
