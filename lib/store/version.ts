// The versions of a database: new texts with every change of an object, of a MAC address, of a record. A
// process that remembers what it read learns by one small read whether that is still true; and by another
// one, which nodes the last versions were about.
import { Binary, type Document, ObjectId } from 'bson'
import { type Id, kinds, parseId } from '../object/field.ts'
import { alsoMacs, type Backend, bookkeeping, type Write } from './backend.ts'
import { idOf } from './bson/values.ts'
import type { Changes, Versions } from './store.ts'

const collection = bookkeeping.versions

/** In which collections a change gives another version. */
const changing: { readonly [of in 'objects' | 'macs']: ReadonlySet<string> } = {
  objects: new Set(kinds),
  macs: new Set(['mac', alsoMacs]),
}

// So many versions are remembered of each, and of each so many nodes: who looks every second misses none, and
// to write them down costs little.
const most = { versions: 32, nodes: 500 } as const

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
    .flatMap((of) => newVersion(of, nodesIn(writes)))
}

/**
 * What has to be written after records, and together with them. `nodes`: which it is about; undefined: any.
 * They are written first: who sees a version finds it among those that are remembered, unless many have come
 * since, or a program that remembers none has made it.
 */
export function newVersion(of: keyof Versions, nodes: readonly Id[] | undefined): Write[] {
  const version = new ObjectId()
  const set: Write = { op: 'upsert', collection, key: { _id: of }, set: { version } }
  if (of === 'macs') return [set]
  const known = nodes && nodes.length <= most.nodes
  const entry = { version, nodes: known ? new Binary(Buffer.from(nodes.join(''), 'hex')) : null }
  return [{ op: 'append', collection: bookkeeping.changes, id: of, entry, most: most.versions }, set]
}

/** The nodes that writes of a transaction change; undefined where these do not say so. */
function nodesIn(writes: readonly Write[]): Id[] | undefined {
  const nodes = new Set<Id>()
  for (const write of writes) {
    if (write.op === 'clear') return undefined
    if (write.collection !== 'node') continue
    const id = nodeIn(write)
    if (!id) return undefined
    nodes.add(id)
  }
  return [...nodes]
}

function nodeIn(write: Write): Id | undefined {
  if (write.op === 'insert') return idOf(write.document._id)
  if (write.op === 'update') return idOf(write.id)
  return write.op === 'remove' ? idOf(write.where._id) : undefined
}

/** What has changed since these versions. Who then reads gets nothing that is older than the versions now. */
export async function readChanges(backend: Pick<Backend, 'find'>, since: Versions): Promise<Changes> {
  const versions = await readVersions(backend)
  const nodes = new Set<Id>()
  for (const what of ['objects', 'records'] as const) {
    if (versions[what] === since[what]) continue
    const [remembered] = await backend.find(bookkeeping.changes, { _id: what })
    const some = nodesBetween(remembered, since[what], versions[what])
    if (!some) return { versions, nodes: undefined }
    for (const id of some) nodes.add(id)
  }
  return { versions, nodes: [...nodes] }
}

/** The nodes of the versions after one; undefined where it, or the one now, is not remembered. */
function nodesBetween(remembered: Document | undefined, since: string, now: string): Id[] | undefined {
  const entries = (Array.isArray(remembered?.entries) ? remembered.entries : []) as Document[]
  const versions = entries.map(({ version }) => idOf(version))
  // Of writers at the same time, one may be remembered first and set its version last: then all is known.
  const at = versions.indexOf(parseId(since))
  if (at < 0 || since === '' || !versions.includes(parseId(now))) return undefined
  const lists = entries.slice(at + 1).map(({ nodes }) => nodesOf(nodes))
  return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? [])
}

function nodesOf(bytes: unknown): Id[] | undefined {
  if (!(bytes instanceof Binary)) return undefined
  const ids = Buffer.from(bytes.value()).toString('hex').match(/.{24}/g) ?? []
  return ids.flatMap((id) => parseId(id) ?? [])
}
