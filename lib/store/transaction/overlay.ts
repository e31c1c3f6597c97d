// The documents of one collection as a unit of work sees them: what it read once and what it changed since,
// with the indexes of backend.ts over both. Documents here belong to the unit, and are changed in place.
import type { Document } from 'bson'
import { idText, indexesOf, indexFor, indexKey, indexName, type Reader, type Where } from '../backend.ts'

/** A document in a unit of work. */
export interface Entry {
  readonly collection: string
  readonly document: Document
  /** Not in the store yet. */
  readonly fresh: boolean
  gone: boolean
  /** The fields that changed, with what was there before. */
  readonly fields: Map<string, unknown>
  /** The link counters that changed, by `side.collection.id`, with what was there before. */
  readonly counts: Map<string, unknown>
}

// After so many questions the whole collection is read: it is one answer instead of many.
const enoughQuestions = 16

export class Overlay {
  readonly entries = new Map<string, Entry>()
  readonly #collection: string
  readonly #reader: Reader
  readonly #indexes = new Map<string, Map<string, Set<Entry>>>()
  readonly #asked = new Set<string>()
  #complete = false
  #indexed = false

  constructor(collection: string, reader: Reader) {
    this.#collection = collection
    this.#reader = reader
  }

  /** The entries that match, without those that are gone. */
  async find(where?: Where): Promise<Entry[]> {
    if (!this.#knows(where)) await this.#load(where)
    if (!where) return [...this.entries.values()].filter((entry) => !entry.gone)
    if (where._id !== undefined) {
      const entry = this.entries.get(idText(where._id))
      return entry && !entry.gone ? [entry] : []
    }
    this.#indexAll()
    const { name, key } = indexFor(where)
    return [...(this.#indexes.get(name)?.get(key ?? '') ?? [])]
  }

  /** Takes a document in; one that is here already stays as it is. */
  add(document: Document, fresh: boolean): void {
    const id = idText(document._id)
    if (this.entries.has(id)) return
    const entry = { collection: this.#collection, document, fresh, gone: false } as const
    const added = { ...entry, fields: new Map<string, unknown>(), counts: new Map<string, unknown>() }
    this.entries.set(id, added)
    this.#index(added, 'add')
  }

  /** Gives fields of a document new values; undefined takes one out. */
  set(entry: Entry, fields: Readonly<Record<string, unknown>>): void {
    this.#index(entry, 'delete')
    for (const [name, value] of Object.entries(fields)) {
      if (!entry.fields.has(name)) entry.fields.set(name, entry.document[name])
      if (value === undefined) delete entry.document[name]
      else entry.document[name] = value
    }
    this.#index(entry, 'add')
  }

  remove(entry: Entry): void {
    this.#index(entry, 'delete')
    entry.gone = true
  }

  /** From now on nothing is read any more: what is not here is nowhere. */
  complete(): void {
    this.#complete = true
  }

  #knows(where?: Where): boolean {
    if (this.#complete || !where) return this.#complete
    return (
      this.#asked.has(question(where)) || (where._id !== undefined && this.entries.has(idText(where._id)))
    )
  }

  async #load(where?: Where): Promise<void> {
    const all = !where || this.#asked.size >= enoughQuestions
    for (const document of await this.#reader.find(this.#collection, all ? undefined : where)) {
      this.add(document, false)
    }
    if (all || !where) this.complete()
    else this.#asked.add(question(where))
  }

  /** The indexes are made at the first question that needs one: a mere list needs none. */
  #indexAll(): void {
    if (this.#indexed) return
    this.#indexed = true
    for (const entry of this.entries.values()) if (!entry.gone) this.#index(entry, 'add')
  }

  #index(entry: Entry, action: 'add' | 'delete'): void {
    if (!this.#indexed) return
    for (const paths of indexesOf(this.#collection)) {
      const key = indexKey(paths, entry.document)
      if (key === undefined) continue
      const index = entryOf(this.#indexes, indexName(paths), () => new Map<string, Set<Entry>>())
      entryOf(index, key, () => new Set<Entry>())[action](entry)
    }
  }
}

function question(where: Where): string {
  const { name, key } = indexFor(where)
  return `${name}=${key}`
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
