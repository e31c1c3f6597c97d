// A unit of work: reads through to the engine, keeps every change to itself, and gives all of them at the end
// as one list. Links to one document add up here: ten thousand new nodes change the cluster's document once.
import { type Document, Int32, ObjectId } from 'bson'
import { LunaError } from '../../error.ts'
import { kinds, parseId } from '../../object/field.ts'
import {
  type Backend,
  isBookkeeping,
  type Part,
  type Reader,
  records,
  type Where,
  type Write,
} from '../backend.ts'
import { byBytes, copyOf, isMap, numberOf } from '../bson/values.ts'
import type { Dump, Ref } from '../store.ts'
import { duplicatesIn } from '../unique.ts'
import { type Entry, Overlay } from './overlay.ts'
import { orderedWrites } from './write-order.ts'

/** Both sides of the link counters, by the names of their fields. */
export type Side = '_use_' | '_usedby_'

export class UnitOfWork implements Reader {
  readonly #backend: Backend
  #overlays = new Map<string, Overlay>()
  #cleared: string[] = []
  // How many counters a map has: counting a big one for every link would take longer than all else.
  readonly #sizes = new WeakMap<object, number>()
  readonly #later: Write[] = []
  #open = true

  constructor(backend: Backend) {
    this.#backend = backend
  }

  async find(collection: string, where?: Where, _part?: Part): Promise<Document[]> {
    const entries = await this.#overlay(collection).find(where)
    return entries.map((entry) => entry.document)
  }

  async some(collection: string, ids: readonly ObjectId[]): Promise<Document[]> {
    const found: Document[] = []
    for (const _id of ids) found.push(...(await this.find(collection, { _id })))
    return found
  }

  async since(collection: string, where: Where, time: Date): Promise<Document[]> {
    const documents = await this.find(collection, where)
    return documents.filter(({ updated }) => updated instanceof Date && updated >= time)
  }

  async collections(): Promise<string[]> {
    const kept = (await this.#backend.collections()).filter((name) => !this.#cleared.includes(name))
    const changed = [...this.#overlays.keys()].filter((name) => !isBookkeeping(name))
    return [...new Set([...kept, ...changed])]
  }

  insert(collection: string, document: Document): void {
    this.#overlay(collection).add(document, true)
  }

  /** Gives top-level fields new values. False when there is no such document. */
  async set(collection: string, id: string, fields: Readonly<Record<string, unknown>>): Promise<boolean> {
    const entry = await this.#entry(collection, id)
    if (entry) this.#overlay(collection).set(entry, fields)
    return entry !== undefined
  }

  async remove(collection: string, where: Where): Promise<void> {
    const overlay = this.#overlay(collection)
    for (const entry of await overlay.find(where)) overlay.remove(entry)
  }

  /** Writes that need not be seen before the end of the unit: of records beside the database. */
  later(writes: readonly Write[]): void {
    this.#later.push(...writes)
  }

  /** How often `other` is counted on one side of `of`; undefined when `of` is gone. */
  async count(side: Side, of: Ref, other: Ref): Promise<number | undefined> {
    const entry = await this.#entry(of.kind, of.id)
    return entry && countIn(entry.document, side, other)
  }

  /** Sets a link counter; at 0 it vanishes, and so does the map of a collection that has no other. */
  async setCount(side: Side, of: Ref, other: Ref, count: number): Promise<void> {
    const entry = await this.#entry(of.kind, of.id)
    if (!entry) return
    const path = `${side}.${other.kind}.${other.id}`
    if (!entry.fields.has(side) && isDamaged(entry.document, side, other)) {
      entry.fields.set(side, copyOf({ side: entry.document[side] }).side)
    }
    if (!entry.counts.has(path)) entry.counts.set(path, counterIn(entry.document, side, other))
    const maps = mapAt(entry.document, side)
    const counts = mapAt(maps, other.kind)
    const size = this.#sizes.get(counts) ?? Object.keys(counts).length
    const left = size - Number(other.id in counts) + Number(count > 0)
    this.#sizes.set(counts, left)
    if (count > 0) counts[other.id] = new Int32(count)
    else delete counts[other.id]
    if (left === 0) delete maps[other.kind]
  }

  /** Puts a whole database in place of what is there. */
  async replace(dump: Dump): Promise<void> {
    for (const kind of kinds) {
      if (duplicatesIn(kind, dump[kind] ?? []).length > 0) await this.#backend.setUnique(kind, false)
    }
    const present = await this.#backend.collections()
    this.#cleared = [...present, ...Object.values(records)]
    this.#overlays = new Map()
    for (const name of this.#cleared) this.#overlay(name).complete()
    for (const [name, documents] of Object.entries(dump)) {
      const overlay = this.#overlay(name)
      overlay.complete()
      for (const document of documents) overlay.add(copyOf(document), true)
    }
  }

  /** Whether a whole database was put in place of what was there. */
  get isReplaced(): boolean {
    return this.#cleared.length > 0
  }

  /** The documents of a collection that the unit has read or made, those that it removed included. */
  known(collection: string): Entry[] {
    return [...(this.#overlays.get(collection)?.entries.values() ?? [])]
  }

  /** Those of them that it has made, changed (not only their link counters) or removed. */
  touched(collection: string): Entry[] {
    const all = this.known(collection).filter(({ fresh, gone }) => !(fresh && gone))
    return all.filter(({ fresh, gone, fields }) => fresh || gone || fields.size > 0)
  }

  /** Ends the unit: all that it changed. */
  finish(): Write[] {
    this.#open = false
    const entries = [...this.#overlays.values()].flatMap((overlay) => [...overlay.entries.values()])
    const clear = this.#cleared.map((collection): Write => ({ op: 'clear', collection }))
    return [...clear, ...orderedWrites(entries), ...this.#later.sort(byCollection)]
  }

  /** Undefined also for a text that cannot be an id: damaged counters have such. */
  async #entry(collection: string, id: string): Promise<Entry | undefined> {
    if (!parseId(id)) return undefined
    const [entry] = await this.#overlay(collection).find({ _id: new ObjectId(id) })
    return entry
  }

  #overlay(collection: string): Overlay {
    if (!this.#open)
      throw new LunaError('internal', 'a store was used after its unit of work had ended', { fix: null })
    const overlay = this.#overlays.get(collection) ?? new Overlay(collection, this.#backend)
    this.#overlays.set(collection, overlay)
    return overlay
  }
}

function byCollection(a: Write, b: Write): number {
  return byBytes(a.collection, b.collection)
}

/** A link counter of a document, 0 where there is none. */
function countIn(document: Document, side: Side, other: Ref): number {
  return numberOf(counterIn(document, side, other)) ?? 0
}

function counterIn(document: Document, side: Side, other: Ref): unknown {
  const maps: unknown = document[side]
  const counts = isMap(maps) ? maps[other.kind] : undefined
  return isMap(counts) ? counts[other.id] : undefined
}

/**
 * Something else is where the counter's maps belong: MongoDB sets no path through it, so that the side is
 * written whole.
 */
function isDamaged(document: Document, side: Side, other: Ref): boolean {
  const maps: unknown = document[side]
  if (!isMap(maps)) return maps !== undefined
  return other.kind in maps && !isMap(maps[other.kind])
}

function mapAt(parent: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = parent[key]
  const map = isMap(value) ? value : {}
  parent[key] = map
  return map
}
