// The embedded store: documents as BSON in one SQLite file that several processes use at once.
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { type Document, ObjectId } from 'bson'
import { type Backend, isBookkeeping, type Part, type Where, type Write } from '../backend.ts'
import { keyFields } from '../bson/expiring.ts'
import { changeByPath } from '../bson/path.ts'
import { explain, openFile } from './file.ts'
import type { Mutex } from './lock.ts'
import { Tables } from './tables.ts'

/**
 * Opens the store in a file, or in memory (`:memory:`). Throws LunaError `unavailable` when that cannot be.
 */
export function openSqlite(path: string): Backend {
  return new SqliteBackend(path)
}

// Which columns hold what is asked for, by what it is called in a document.
const parts = { name: { name: 'name' }, mac: { _id: 'id', mac: 'mac', node: 'node.$id' } } as const

// After so many documents (a millisecond or two) a long read lets other requests run.
const page = 100

class SqliteBackend implements Backend {
  readonly where: string
  readonly #database: DatabaseSync
  readonly #tables: Tables
  readonly #path: string
  #mutex: Promise<Mutex> | undefined

  constructor(path: string) {
    this.where = path === ':memory:' ? 'store in memory' : `embedded store ${path}`
    this.#database = openFile(path)
    this.#tables = new Tables(this.#database)
    this.#path = path
  }

  collections(): Promise<string[]> {
    return this.#attempt(() => this.#tables.collections().filter((name) => !isBookkeeping(name)))
  }

  find(collection: string, where?: Where, part: Part = 'whole'): Promise<Document[]> {
    return this.#attempt(() => {
      const some = where || part === 'whole' || part === 'object' ? undefined : parts[part]
      return some ? this.#tables.columns(collection, some) : this.#tables.find(collection, where, part)
    })
  }

  some(collection: string, ids: readonly ObjectId[], part: Part = 'whole'): Promise<Document[]> {
    return inPages(ids, (some) =>
      this.#attempt(() => some.flatMap((_id) => this.#tables.find(collection, { _id }, part))),
    )
  }

  async since(collection: string, where: Where, time: Date): Promise<Document[]> {
    const rows = await this.#attempt(() => this.#tables.since(collection, where, time))
    return await inPages(rows, (some) => this.#attempt(() => this.#tables.at(collection, some)))
  }

  apply(writes: readonly Write[]): Promise<void> {
    return this.#attempt(() => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        for (const write of writes) this.#write(write)
        this.#database.exec('COMMIT')
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        this.#tables.forget()
        throw error
      }
    })
  }

  async exclusive<T>(work: (commit: (writes: readonly Write[]) => Promise<void>) => Promise<T>): Promise<T> {
    // Loaded when it is used: most commands only read.
    this.#mutex ??= import('./lock.ts').then(({ makeMutex }) => makeMutex(this.#path))
    return await (await this.#mutex).run(() => work((writes) => this.apply(writes)))
  }

  setUnique(collection: string, unique: boolean): Promise<boolean> {
    return this.#attempt(() => this.#tables.setUnique(collection, unique))
  }

  advice(): Promise<string[]> {
    return Promise.resolve([])
  }

  async close(): Promise<void> {
    const mutex = await this.#mutex
    mutex?.close()
    if (this.#database.isOpen) this.#database.close()
  }

  #write(write: Write): void {
    switch (write.op) {
      case 'insert':
        this.#tables.put(write.collection, write.document)
        break
      case 'update':
        this.#change(write.collection, { _id: write.id }, write.set, write.unset)
        break
      case 'upsert':
        if (this.#change(write.collection, write.key, write.set)) break
        this.#tables.put(write.collection, { _id: new ObjectId(), ...keyFields(write.key), ...write.set })
        break
      case 'remove':
        this.#tables.remove(write.collection, write.where)
        break
      case 'expire':
        this.#tables.expire(write.collection, write.before)
        break
      case 'clear':
        this.#tables.remove(write.collection)
        break
      case 'append':
        this.#append(write)
        break
      default:
        write satisfies never
    }
  }

  #append({ collection, id, entry, most }: Extract<Write, { op: 'append' }>): void {
    const [present] = this.#tables.find(collection, { _id: id }, 'whole')
    const entries = (present?.entries ?? []) as Document[]
    this.#tables.put(collection, { _id: id, entries: [...entries, entry].slice(-most) })
  }

  /** Changes the first document that matches; false when none does. */
  #change(
    collection: string,
    where: Where,
    set: Readonly<Record<string, unknown>>,
    unset: readonly string[] = [],
  ): boolean {
    const counters = [...Object.keys(set), ...unset].some((path) => /^_use(dby)?_\b/.test(path))
    if (unset.length === 0 && !counters) return this.#tables.change(collection, where, set)
    const [document] = this.#tables.find(collection, where, 'whole')
    if (!document) return false
    changeByPath(document, set, unset)
    this.#tables.put(collection, document)
    return true
  }

  #attempt<T>(work: () => T): Promise<T> {
    try {
      return Promise.resolve(work())
    } catch (error) {
      return Promise.reject(explain(this.where, error))
    }
  }
}

/** What `read` gives for all of the keys, some at a time. */
async function inPages<K>(
  keys: readonly K[],
  read: (some: readonly K[]) => Promise<Document[]>,
): Promise<Document[]> {
  const found: Document[] = []
  for (let first = 0; first < keys.length; first += page) {
    if (first > 0) await setImmediate()
    found.push(...(await read(keys.slice(first, first + page))))
  }
  return found
}
