// The seam between the store (make-store.ts, one for all) and the engine that keeps the documents: SQLite or
// MongoDB.
import { DBRef, type Document, EJSON, ObjectId } from 'bson'
import { kinds } from '../object/field.ts'
import { isMap, numberOf } from './bson/values.ts'

/** Equality of every named path (`group.$id`); the paths are `_id`, or those of one index. */
export type Where = Readonly<Record<string, unknown>>

/**
 * Whole documents; for the objects that they describe, without the link counters, which are as long as the
 * cluster is big; or at least the names alone, of kinds; or MAC address and node alone, of MAC addresses.
 * Where it is not the whole, ids may be text and integers numbers or bigint.
 */
export type Part = 'whole' | 'object' | 'name' | 'mac'

/** Values by dotted path, and the paths that have none. */
export interface Values {
  readonly set: Readonly<Record<string, unknown>>
  readonly unset: readonly string[]
}

/**
 * A write; all of them can be done twice with the same result, but for an entry that is then there twice.
 * `was` is what a unit of work found there.
 */
export type Write =
  | { readonly op: 'insert'; readonly collection: string; readonly document: Document }
  /** By dotted paths; nothing happens when there is no such document. */
  | (Values & {
      readonly op: 'update'
      readonly collection: string
      readonly id: unknown
      readonly was?: Values
    })
  /** Changes the document that has the key, or makes one. */
  | {
      readonly op: 'upsert'
      readonly collection: string
      readonly key: Where
      readonly set: Readonly<Record<string, unknown>>
    }
  | { readonly op: 'remove'; readonly collection: string; readonly where: Where; readonly was?: Document }
  /** Removes what was not `updated` since. */
  | { readonly op: 'expire'; readonly collection: string; readonly before: Date }
  | { readonly op: 'clear'; readonly collection: string }
  /** Adds to the `entries` of the document with that id, or makes one; of them the last `most` are kept. */
  | {
      readonly op: 'append'
      readonly collection: string
      readonly id: string
      readonly entry: Document
      readonly most: number
    }

/**
 * Reads documents; every call gives fresh ones. Whole ones have their BSON types: Int32, Long, Double, DBRef.
 */
export interface Reader {
  /** The documents of a collection, or those that match. */
  find(collection: string, where?: Where, part?: Part): Promise<Document[]>
  /** The documents with these ids, as far as there are any, in any order. */
  some(collection: string, ids: readonly ObjectId[], part?: Part): Promise<Document[]>
  /** The documents of a collection that were `updated` at that time or later. */
  since(collection: string, where: Where, time: Date): Promise<Document[]>
  /** The names of all collections but the engine's own. */
  collections(): Promise<string[]>
}

/** Rejects with LunaError `unavailable` when the engine cannot do what it is asked. */
export interface Backend extends Reader {
  readonly where: string
  /** Does all of the writes or none, in this order. */
  apply(writes: readonly Write[]): Promise<void>
  /**
   * Runs `work` while no other `exclusive` runs anywhere. What it gives to `commit` is applied like `apply`,
   * but only if the exclusiveness still holds.
   */
  exclusive<T>(work: (commit: (writes: readonly Write[]) => Promise<void>) => Promise<T>): Promise<T>
  /**
   * Whether the engine refuses a second document with the same `name` in a collection: such a write rejects
   * with LunaError `taken`. False, and nothing has changed, when there are such documents already.
   */
  setUnique(collection: string, unique: boolean): Promise<boolean>
  /** What about the engine itself should be known: a line each. */
  advice(): Promise<string[]>
  close(): Promise<void>
}

/** Luna's own bookkeeping, no part of the database as others see it: `luna_...`. */
export const bookkeeping = {
  leases: 'luna_lease',
  journals: 'luna_journal',
  versions: 'luna_version',
  changes: 'luna_change',
} as const

/** What happened, beside the database and no part of it: it is dumped only when that is asked for. */
export const records = {
  lastBoots: 'luna_boot',
  pastBoots: 'luna_boot_past',
  reports: 'luna_report',
  heads: 'luna_head',
  history: 'luna_history',
  historyParts: 'luna_history_part',
} as const

const recordNames: readonly string[] = Object.values(records)

export function isRecord(collection: string): boolean {
  return recordNames.includes(collection)
}

/** Of bookkeeping and records alike: what is no part of the database. */
export function isBookkeeping(collection: string): boolean {
  return collection.startsWith('luna_')
}

/** MAC addresses of further boot cards; the collection is there only when some node has any. */
export const alsoMacs = 'mac_also'

/** The collections of a database that are Luna's; others are somebody else's. */
export const lunas: readonly string[] = [...kinds, 'mac', alsoMacs, 'switch_mac', 'tracker']

/** The paths by which documents can be found, per collection. */
const indexes: { readonly [collection: string]: readonly (readonly string[])[] } = {
  ...Object.fromEntries(kinds.map((kind) => [kind, [['name']]])),
  node: [['name'], ['group.$id'], ['switch.$id']],
  mac: [['mac'], ['node.$id']],
  [alsoMacs]: [['mac'], ['node.$id']],
  switch_mac: [['mac'], ['switch_id', 'port'], ['switch_id', 'mac', 'port', 'portname']],
  tracker: [['info_hash'], ['peer_id'], ['info_hash', 'ip', 'port']],
  [records.pastBoots]: [['node'], ['node', 'slot']],
}

/** The indexes of a collection: lists of paths. */
export function indexesOf(collection: string): readonly (readonly string[])[] {
  return Object.hasOwn(indexes, collection) ? (indexes[collection] ?? []) : []
}

/** What an index is called. */
export function indexName(paths: readonly string[]): string {
  return paths.join(' ')
}

/** The key of a document in an index; undefined when it lacks one of the values. */
export function indexKey(paths: readonly string[], document: Document): string | undefined {
  return keyText(paths.map((path) => valueAt(document, path.split('.'))))
}

/** The index that answers a question, and the key to look for. */
export function indexFor(where: Where): { name: string; key: string | undefined } {
  const paths = Object.keys(where)
  return { name: indexName(paths), key: keyText(Object.values(where)) }
}

/** The text of an `_id`: hexadecimal, or Extended JSON where it is no ObjectId. */
export function idText(id: unknown): string {
  if (typeof id === 'string') return JSON.stringify(id)
  return id instanceof ObjectId ? id.toHexString() : EJSON.stringify(id, { relaxed: false })
}

function keyText(values: readonly unknown[]): string | undefined {
  const texts = values.map((value) => {
    if (typeof value === 'string') return value
    return value instanceof ObjectId ? value.toHexString() : numberOf(value)?.toString()
  })
  if (texts.includes(undefined)) return undefined
  return texts.length === 1 ? texts[0] : JSON.stringify(texts)
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [head, ...rest] = path
  if (head === undefined) return value
  if (value instanceof DBRef) return head === '$id' ? value.oid : undefined
  return isMap(value) ? valueAt(value[head], rest) : undefined
}
