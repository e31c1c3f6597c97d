// The changes of a unit of work as writes, in the only order that unique indexes ask for: a value is given up
// before another document takes it. Crash safety is not the order's business: see store.ts.
import type { Document } from 'bson'
import { alsoMacs, idText, type Values, type Write } from '../backend.ts'
import { changeByPath } from '../bson/path.ts'
import { copyOf, isMap } from '../bson/values.ts'
import type { Entry } from './overlay.ts'

/**
 * All writes that entries need. Documents of nodes come last of each sort: nodes report their status
 * meanwhile.
 */
export function orderedWrites(entries: readonly Entry[]): Write[] {
  const sorted = [...entries].sort(
    (a, b) => Number(a.collection === 'node') - Number(b.collection === 'node'),
  )
  const changed = sorted.filter((entry) => !entry.fresh && !entry.gone)
  const gone = sorted.filter((entry) => !entry.fresh && entry.gone)
  const made = sorted.filter((entry) => entry.fresh && !entry.gone)
  const early = new Set(inTheWay([...changed, ...gone], [...changed, ...made]))
  return [
    ...[...early].map((entry) => (entry.gone ? removal(entry) : renaming(entry))),
    ...made.map(({ collection, document }): Write => ({ op: 'insert', collection, document })),
    ...changed.flatMap((entry) => update(entry, early.has(entry))),
    ...gone.filter((entry) => !early.has(entry)).map(removal),
  ]
}

/**
 * The field that an index may keep unique in a collection: names are our own, MAC addresses some sites' own.
 */
function uniqueField(collection: string): string {
  return collection === 'mac' || collection === alsoMacs ? 'mac' : 'name'
}

/** The entries whose former name (or MAC address) another entry takes. */
function inTheWay(olds: readonly Entry[], news: readonly Entry[]): Entry[] {
  const claims = new Set(news.flatMap((entry) => (isClaim(entry) ? [claimOn(entry, valueIn(entry))] : [])))
  if (claims.size === 0) return []
  return olds.filter((entry) => (entry.gone || isClaim(entry)) && claims.has(claimOn(entry, formerIn(entry))))
}

/** A new document, or one with another value than before. */
function isClaim(entry: Entry): boolean {
  return entry.fresh || formerIn(entry) !== valueIn(entry)
}

function valueIn({ collection, document }: Entry): unknown {
  return document[uniqueField(collection)]
}

function formerIn(entry: Entry): unknown {
  const field = uniqueField(entry.collection)
  return entry.fields.has(field) ? entry.fields.get(field) : valueIn(entry)
}

function claimOn({ collection }: Entry, value: unknown): string {
  return `${collection} ${String(value)}`
}

/** What is renamed is called by its id until it gets its new name. */
function renaming(entry: Entry): Write {
  const { collection, document } = entry
  const field = uniqueField(collection)
  const was = valuesOf([[field, formerIn(entry)]])
  return {
    op: 'update',
    collection,
    id: document._id,
    set: { [field]: idText(document._id) },
    unset: [],
    was,
  }
}

function removal(entry: Entry): Write {
  const { collection, document } = entry
  const was = copyOf(document)
  const former = valuesOf(changesOf(entry))
  changeByPath(was, former.set, former.unset)
  return { op: 'remove', collection, where: { _id: document._id }, was }
}

/**
 * What a changed document had before, by path: fields, and the link counters that are not written with them.
 */
function changesOf({ fields, counts }: Entry): [path: string, former: unknown][] {
  return [...fields, ...[...counts].filter(([path]) => !fields.has(path.split('.')[0] ?? ''))]
}

function update(entry: Entry, renamed: boolean): Write[] {
  const { collection, document } = entry
  const changes = changesOf(entry)
  if (changes.length === 0) return []
  const now = valuesOf(changes.map(([path]) => [path, valueAt(document, path)]))
  const was = valuesOf([
    // A node may have reported meanwhile.
    ...changes.filter(([path]) => path !== 'status'),
    ...(renamed ? [[uniqueField(collection), idText(document._id)] as const] : []),
  ])
  const unset = [...new Set(now.unset.map((path) => emptyAt(document, path)))]
  return [{ op: 'update', collection, id: document._id, set: now.set, unset, was }]
}

/** The map that has no other counter any more, else the path itself. */
function emptyAt(document: Document, path: string): string {
  const map = path.split('.').slice(0, -1).join('.')
  return map !== '' && valueAt(document, map) === undefined ? map : path
}

function valuesOf(entries: readonly (readonly [string, unknown])[]): Values {
  return {
    set: Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    unset: entries.flatMap(([path, value]) => (value === undefined ? [path] : [])),
  }
}

function valueAt(document: Document, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), document)
}
