// The store in MongoDB, as the first Luna has it: database `luna`, a collection per kind.
import type { Document } from 'bson'
import type { ClientSession, Db, MongoClient } from 'mongodb'
import type { MongoConfig } from '../../config.ts'
import { type Backend, bookkeeping, isBookkeeping, type Part, type Where, type Write } from '../backend.ts'
import { documentOf } from '../bson/values.ts'
import { runsOf } from './bulk.ts'
import { again, connectMongo, explain, isFinal, isKnown } from './client.ts'
import { makeIndexes, makeUnique } from './indexes.ts'
import { clearJournal, type JournalPart, readJournal, writeJournal } from './journal.ts'
import { Lease, type LeaseDocument } from './lease.ts'

export interface MongoOptions {
  /** The name of the database; another one than `luna` is for tests. */
  readonly database?: string
  /** Whether units of work are transactions; where it is not said, the server is asked whether it has them. */
  readonly transactions?: boolean
}

const { leases, journals } = bookkeeping
const parts = { whole: {}, object: { _use_: 0, _usedby_: 0 }, name: { name: 1 } } as const

/** Connects. Rejects with LunaError `unavailable`; `file` is the configuration file, for what it says then. */
export async function openMongo(
  config: MongoConfig,
  file: string,
  { database = 'luna', transactions }: MongoOptions = {},
): Promise<Backend> {
  const client = await connectMongo(config, file)
  try {
    const server = await again(() => client.db('admin').command({ isMaster: 1 }))
    const able = server.setName !== undefined || server.msg === 'isdbgrid'
    return new MongoBackend({ client, config, file, database, transactions: transactions ?? able })
  } catch (error) {
    await client.close()
    throw explain(config, file, error)
  }
}

interface Setting extends Required<MongoOptions> {
  readonly client: MongoClient
  readonly config: MongoConfig
  readonly file: string
}

class MongoBackend implements Backend {
  readonly where: string
  readonly #setting: Setting
  readonly #database: Db
  #last: Promise<unknown> = Promise.resolve()
  #indexed: Promise<void> | undefined

  constructor(setting: Setting) {
    this.#setting = setting
    this.where = `MongoDB at ${setting.config.server}`
    this.#database = setting.client.db(setting.database)
  }

  collections(): Promise<string[]> {
    return this.#reading(async () => {
      const all = await this.#database.listCollections({}, { nameOnly: true }).toArray()
      const names = all.map(({ name }) => name)
      return names.filter((name) => !isBookkeeping(name) && !name.startsWith('system.'))
    })
  }

  find(collection: string, where: Where = {}, part: Part = 'whole'): Promise<Document[]> {
    return this.#find(collection, where, parts[part])
  }

  since(collection: string, where: Where, time: Date): Promise<Document[]> {
    return this.#find(collection, { ...where, updated: { $gte: time } }, {})
  }

  #find(collection: string, where: Document, projection: Document): Promise<Document[]> {
    return this.#reading(async () => {
      // The driver has a copy of the package bson of its own, whose types are not ours: the bytes are common ground.
      const found = this.#database.collection(collection, { raw: true }).find(where, { projection })
      const documents: unknown[] = await found.toArray()
      return documents.map((bytes) => documentOf(bytes as Uint8Array))
    })
  }

  apply(writes: readonly Write[]): Promise<void> {
    return this.#attempt(async () => {
      await this.#ready()
      await this.#doAll(writes)
    })
  }

  exclusive<T>(work: (commit: (writes: readonly Write[]) => Promise<void>) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#attempt(() => this.#leased(work)))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  setUnique(collection: string, unique: boolean): Promise<boolean> {
    return this.#attempt(async () => {
      await this.#ready()
      return await makeUnique(this.#database.collection(collection), unique)
    })
  }

  close(): Promise<void> {
    return this.#setting.client.close()
  }

  async #leased<T>(work: (commit: (writes: readonly Write[]) => Promise<void>) => Promise<T>): Promise<T> {
    const lease = await Lease.take(this.#database.collection<LeaseDocument>(leases))
    try {
      if (lease.journal !== undefined) await this.#resume(lease, lease.journal)
      return await work(async (writes) => {
        await this.#ready()
        await this.#commit(lease, writes)
      })
    } finally {
      // Where this fails, the lease runs out by itself.
      await lease.release().catch(() => undefined)
    }
  }

  async #commit(lease: Lease, writes: readonly Write[]): Promise<void> {
    if (this.#setting.transactions) return this.#inTransaction(lease, writes)
    if (writes.length > 1) {
      await writeJournal(this.#journal(), lease, writes)
      return this.#finish(lease, writes)
    }
    await lease.move()
    await this.#doAll(writes)
  }

  async #inTransaction(lease: Lease, writes: readonly Write[]): Promise<void> {
    await this.#setting.client.withSession((session) =>
      session.withTransaction(async () => {
        await lease.move({}, session)
        await this.#doAll(writes, { session })
      }),
    )
  }

  /** Does what a holder before had put down. Where it cannot be done at all, it is no reason to stop everybody else. */
  async #resume(lease: Lease, fence: number): Promise<void> {
    try {
      await this.#finish(lease, await readJournal(this.#journal(), fence))
    } catch (error) {
      if (!isFinal(error)) throw error
    }
  }

  /** Does what was put down. When the server is lost meanwhile, the next holder of the lease does the rest. */
  async #finish(lease: Lease, writes: readonly Write[]): Promise<void> {
    try {
      await this.#doAll(writes, { check: () => lease.check() })
    } catch (error) {
      if (isFinal(error)) await clearJournal(this.#journal(), lease)
      else lease.abandon()
      throw error
    }
    await clearJournal(this.#journal(), lease)
  }

  async #doAll(
    writes: readonly Write[],
    { session, check }: { session?: ClientSession; check?: () => Promise<void> } = {},
  ): Promise<void> {
    for (const { collection, inserts, operations } of runsOf(writes)) {
      await check?.()
      const options = { ordered: !inserts, ...(session && { session }) }
      const write = () => this.#database.collection(collection).bulkWrite(operations, options)
      try {
        // Of a transaction all is done again, and of inserts the driver knows whether they were done.
        await (session || inserts ? write() : again(write))
      } catch (error) {
        // Done for the second time: what was inserted is there already.
        if (!check || !isKnown(error)) throw error
      }
    }
  }

  #journal() {
    return this.#database.collection<JournalPart>(journals)
  }

  #ready(): Promise<void> {
    this.#indexed ??= makeIndexes(this.#database)
    return this.#indexed
  }

  #reading<T>(work: () => Promise<T>): Promise<T> {
    return this.#attempt(() => again(work))
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw explain(this.#setting.config, this.#setting.file, error)
    }
  }
}
