// Entries of the history as documents, and back. An entry is a small document, so that all of them are listed
// fast; its differences are packed into parts beside it, each far below what a document may have.
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { Binary, type Document, ObjectId, serialize } from 'bson'
import { type Kind, kinds, type Range } from '../../object/field.ts'
import { records, type Write } from '../backend.ts'
import { documentOf, idOf, isMap, numberOf } from '../bson/values.ts'
import type { Author, Cards, HistoryEntry, ObjectChange, Touched, Verb } from './change.ts'

/** The bookkeeping of the history: the numbers of its first and last entry, and the bytes of all. */
export interface Head {
  readonly first: number
  readonly last: number
  readonly bytes: number
}

export const headId = 'head'

/** Bytes of a part before it is packed, and at most afterwards. */
const partSize = 4 * 1024 * 1024
const mostUnpacked = 8 * partSize

export function entryId(number: number): string {
  return String(number).padStart(9, '0')
}

export function partId(number: number, part: number): string {
  return `${entryId(number)}.${part}`
}

export function headWrite(head: Head): Write {
  return { op: 'upsert', collection: records.history, key: { _id: headId }, set: { ...head } }
}

export function readHead(document: Document): Head {
  const [first, last, bytes] = [document.first, document.last, document.bytes].map(numberOf)
  return { first: first ?? 1, last: last ?? Number.NaN, bytes: bytes ?? 0 }
}

/** An entry with what is known of its parts. */
export interface StoredEntry extends HistoryEntry {
  readonly parts: number
  readonly bytes: number
}

export function entryWrite({ number, objects, ...entry }: StoredEntry): Write {
  const set = { number, ...entry, objects: objects.map((one) => ({ ...one, names: one.names.join('\n') })) }
  return { op: 'upsert', collection: records.history, key: { _id: entryId(number) }, set }
}

export function partWrite(number: number, part: number, packed: Uint8Array): Write {
  const set = { packed: new Binary(packed) }
  return { op: 'upsert', collection: records.historyParts, key: { _id: partId(number, part) }, set }
}

/** What takes an entry away. */
export function removalWrites({ number, parts }: Pick<StoredEntry, 'number' | 'parts'>): Write[] {
  const remove = (collection: string, _id: string): Write => ({ op: 'remove', collection, where: { _id } })
  const ids = Array.from({ length: parts }, (_, part) => partId(number, part))
  return [remove(records.history, entryId(number)), ...ids.map((id) => remove(records.historyParts, id))]
}

/** The entry of a document; undefined for the bookkeeping, and when it is damaged. */
export function readEntry(document: Document): StoredEntry | undefined {
  const [number, parts, bytes] = [document.number, document.parts, document.bytes].map(numberOf)
  const { time, objects, whole, omitted } = document
  if (number === undefined || !(time instanceof Date) || !Array.isArray(objects)) return undefined
  return {
    number,
    time,
    ...readAuthor(document),
    objects: objects.flatMap(readTouched),
    whole: whole === true,
    omitted: omitted === true,
    parts: parts ?? 0,
    bytes: bytes ?? 0,
  }
}

function readAuthor({ user, as, command }: Document): Author {
  return { user: textOf(user), as: typeof as === 'string' ? as : null, command: textOf(command) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

const verbs: readonly Verb[] = ['add', 'change', 'rename', 'remove']

function readTouched(value: unknown): Touched[] {
  if (!isMap(value) || typeof value.names !== 'string') return []
  const [verb, kind] = [verbs.find((one) => one === value.verb), kindOf(value.kind)]
  return verb && kind ? [{ verb, kind, names: value.names.split('\n') }] : []
}

function kindOf(value: unknown): Kind | undefined {
  return kinds.find((kind) => kind === value)
}

/** The differences packed; none of the parts is larger than a document may be. */
export function packed(changes: readonly ObjectChange[]): Buffer[] {
  const parts: Buffer[][] = [[]]
  let size = 0
  for (const change of changes) {
    const bytes = serialize(changeDocument(change))
    if (size > 0 && size + bytes.length > partSize) {
      parts.push([])
      size = 0
    }
    size += bytes.length
    parts.at(-1)?.push(Buffer.from(bytes))
  }
  const fast = { level: constants.Z_BEST_SPEED }
  return parts.map((some) => deflateRawSync(Buffer.concat(some), fast))
}

/** The differences of a part. Throws where it is damaged. */
export function unpacked({ packed: bytes }: Document): ObjectChange[] {
  if (!(bytes instanceof Binary)) throw new Error('a part without bytes')
  const all = inflateRawSync(bytes.buffer, { maxOutputLength: mostUnpacked })
  const changes: ObjectChange[] = []
  for (let at = 0; at < all.length; ) {
    const end = at + all.readInt32LE(at)
    changes.push(readChange(documentOf(all.subarray(at, end))))
    at = end
  }
  return changes
}

function changeDocument({ id, taken, freed, ...change }: ObjectChange): Document {
  const document = { ...change, id: new ObjectId(id) }
  const ranges = {
    ...(taken.length > 0 && { taken: texts(taken) }),
    ...(freed.length > 0 && { freed: texts(freed) }),
  }
  return { ...defined(document), ...ranges }
}

function defined(document: Document): Document {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined))
}

// IPv6 networks have more addresses than any integer of BSON.
function texts(ranges: readonly Range[]): string[] {
  return ranges.map(({ start, end }) => `${start}-${end}`)
}

function rangesOf(value: unknown): Range[] {
  return (Array.isArray(value) ? value : []).map((text: unknown) => {
    const [start = '', end = ''] = String(text).split('-')
    return { start: BigInt(start), end: BigInt(end) }
  })
}

function readChange(document: Document): ObjectChange {
  const [kind, id] = [kindOf(document.kind), idOf(document.id)]
  if (!kind || !id) throw new Error('a difference without an object')
  const { before, after, secrets, cards } = document
  return {
    kind,
    id,
    name: textOf(document.name),
    before: isMap(before) ? before : undefined,
    after: isMap(after) ? after : undefined,
    secrets: Array.isArray(secrets) ? secrets.map(String) : [],
    taken: rangesOf(document.taken),
    freed: rangesOf(document.freed),
    ...(isMap(cards) && { cards: cards as unknown as { before: Cards; after: Cards } }),
  }
}
