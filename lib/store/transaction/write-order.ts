// The changes of a unit of work as writes, in an order in which a crash in the middle can only leave something reserved and
// unused: addresses are taken first and given back last, links are counted before what links is there, and uncounted after it went.
import type { Document } from 'bson'
import type { Range } from '../../object/field.ts'
import { networkFields } from '../../object/network.ts'
import { idText, type Write } from '../backend.ts'
import { readField, writeField } from '../bson/field-codec.ts'
import { integerOf, isMap, numberOf } from '../bson/values.ts'
import type { Entry } from './overlay.ts'

/** All writes that entries need. */
export function orderedWrites(entries: readonly Entry[]): Write[] {
  const changed = entries.filter((entry) => !entry.fresh && !entry.gone)
  const gone = entries.filter((entry) => !entry.fresh && entry.gone)
  const made = entries.filter((entry) => entry.fresh && !entry.gone)
  const early = nameConflicts([...changed, ...gone], [...changed, ...made])
  return [
    ...changed.flatMap(reservations),
    ...early.map(renameAway),
    ...made.map(({ collection, document }): Write => ({ op: 'insert', collection, document })),
    ...changed.flatMap(values),
    ...gone.filter((entry) => !early.includes(entry)).map(removal),
    ...changed.flatMap(releases),
  ]
}

/** Those whose names others get: names may be unique, so they have to be given up before. */
function nameConflicts(olds: readonly Entry[], news: readonly Entry[]): Entry[] {
  const claims = new Set(
    news.flatMap((entry) => (isClaim(entry) ? [nameKey(entry, entry.document.name)] : [])),
  )
  if (claims.size === 0) return []
  return olds.filter((entry) => {
    const former = entry.fields.has('name') ? entry.fields.get('name') : entry.document.name
    return (entry.gone || isClaim(entry)) && claims.has(nameKey(entry, former))
  })
}

/** A new object, or one with another name than before. */
function isClaim({ fresh, fields, document }: Entry): boolean {
  return fresh || (fields.has('name') && fields.get('name') !== document.name)
}

function nameKey({ collection }: Entry, name: unknown): string {
  return `${collection} ${String(name)}`
}

/** What is renamed is called by its id until it gets its new name. */
function renameAway(entry: Entry): Write {
  if (entry.gone) return removal(entry)
  const { collection, document } = entry
  return { op: 'update', collection, id: document._id, set: { name: idText(document._id) }, unset: [] }
}

function removal({ collection, document }: Entry): Write {
  return { op: 'remove', collection, where: { _id: document._id } }
}

/** Counters that grew, and free lists without what gets free. */
function reservations(entry: Entry): Write[] {
  const set = Object.fromEntries(grown(entry).map((path) => [path, valueAt(entry.document, path)]))
  const both = freeBefore(entry)
  return update(entry, both ? { ...set, freelist: both } : set, [])
}

/** All other fields. */
function values(entry: Entry): Write[] {
  const late = freeBefore(entry) ? ['freelist'] : []
  const names = [...entry.fields.keys()].filter((name) => !late.includes(name))
  return update(entry, Object.fromEntries(names.map((name) => [name, entry.document[name]])), [])
}

/** Counters that shrank, and free lists with what got free. */
function releases(entry: Entry): Write[] {
  const more = new Set(grown(entry))
  const shrunk = [...entry.counts.keys()].filter((path) => !more.has(path))
  const set: Record<string, unknown> = {}
  const unset = new Set<string>()
  for (const path of shrunk) {
    const value = valueAt(entry.document, path)
    const map = path.slice(0, path.lastIndexOf('.'))
    if (value !== undefined) set[path] = value
    else unset.add(valueAt(entry.document, map) === undefined ? map : path)
  }
  if (freeBefore(entry)) set.freelist = entry.document.freelist
  return update(entry, set, [...unset])
}

function update(entry: Entry, set: Record<string, unknown>, unset: string[]): Write[] {
  if (Object.keys(set).length === 0 && unset.length === 0) return []
  return [{ op: 'update', collection: entry.collection, id: entry.document._id, set, unset }]
}

function grown({ counts, document }: Entry): string[] {
  return [...counts]
    .filter(([path, before]) => (numberOf(valueAt(document, path)) ?? 0) > before)
    .map(([path]) => path)
}

/** The free list that holds before and after the change; undefined when the change gives nothing back. */
function freeBefore({ collection, fields, document }: Entry): unknown {
  if (collection !== 'network' || !fields.has('freelist')) return undefined
  const before = freelistOf(fields.get('freelist'))
  const after = freelistOf(document.freelist)
  const both = intersection(before, after)
  if (JSON.stringify(both, text) === JSON.stringify(after, text)) return undefined
  return writeField(networkFields.freelist, both, {
    fresh: false,
    version: integerOf(document.version) === 6n ? 6 : 4,
  })
}

function freelistOf(value: unknown): readonly Range[] {
  return readField(networkFields.freelist, value) as readonly Range[]
}

/** What is in both of two sorted lists. */
function intersection(one: readonly Range[], other: readonly Range[]): Range[] {
  const both: Range[] = []
  let from = 0
  for (const a of one) {
    for (let at = from; at < other.length; at++) {
      const b = other[at]
      if (!b || b.start > a.end) break
      if (b.end < a.start) from = at + 1
      const [start, end] = [larger(a.start, b.start), smaller(a.end, b.end)]
      if (start <= end) both.push({ start, end })
    }
  }
  return both
}

function larger(a: bigint, b: bigint): bigint {
  return b > a ? b : a
}

function smaller(a: bigint, b: bigint): bigint {
  return b < a ? b : a
}

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

function valueAt(document: Document, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), document)
}
