// The store in MongoDB, as the first Luna has it: database `luna`, a collection per kind.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Document, ObjectId } from 'bson'
import type { Db, MongoClient, ServerDescription } from 'mongodb'
import type { MongoConfig } from '../../config.ts'
import {
  type Backend,
  bookkeeping,
  isBookkeeping,
  isRecord,
  type Part,
  type Where,
  type Write,
} from '../backend.ts'
import { plainReader } from '../bson/plain.ts'
import { documentOf } from '../bson/values.ts'
import { adviceOn } from './advice.ts'
import { again, connectMongo, helloOf, isDirect, refuseSecondary } from './client.ts'
import { explain, explained, noMajority } from './explain.ts'
import {
  buildOptions,
  forgetIndexes,
  makeIndexes,
  makeLateIndexes,
  makeUnique,
  whyNoIndexes,
} from './indexes.ts'
import { Lease, type LeaseDocument } from './lease.ts'
import { SettledReads } from './settled.ts'
import { writeDirectly } from './steps.ts'
import { commitByJournal, commitTransaction, resumeJournal } from './transaction.ts'

export interface MongoOptions {
  /** The name of the database; another one than `luna` is for tests. */
  readonly database?: string
  /**
   * Whether units of work are transactions; where it is not said, the server is asked whether it has them.
   */
  readonly transactions?: boolean
}

const parts = {
  whole: {},
  object: { _use_: 0, _usedby_: 0 },
  name: { name: 1 },
  mac: { mac: 1, node: 1 },
} as const

// How long the end of a process may be held up by indexes that it has begun to make, in milliseconds.
const indexGrace = 2000

/**
 * Connects. Rejects with LunaError `unavailable`, or `invalid` for what luna.conf says; `file` is the
 * configuration file, for messages. A primary of a replica set that luna.conf does not name is asked as a
 * member of that set.
 */
export async function openMongo(
  config: MongoConfig,
  file: string,
  { database = 'luna', transactions }: MongoOptions = {},
): Promise<Backend> {
  // What the driver has asked servers already is not asked again.
  const servers: ServerDescription[] = []
  const client = await connectMongo(config, file, (server) => servers.push(server))
  try {
    const member = servers.findLast(({ setName }) => setName !== null)
    if (isDirect(config) && member?.setName) {
      refuseSecondary(config, file, member)
      await client.close()
      const options = { database, ...(transactions !== undefined && { transactions }) }
      return await openMongo({ ...config, replicaset: member.setName }, file, options)
    }
    const replicaSet = member !== undefined
    const able = replicaSet || servers.some(({ type }) => type === 'Mongos')
    return new MongoBackend({
      client,
      config,
      file,
      database,
      replicaSet,
      transactions: transactions ?? able,
    })
  } catch (error) {
    await client.close()
    throw explained(config, file, error)
  }
}

interface Setting extends Required<MongoOptions> {
  readonly client: MongoClient
  readonly config: MongoConfig
  readonly file: string
  readonly replicaSet: boolean
}

class MongoBackend implements Backend {
  readonly where: string
  readonly #setting: Setting
  readonly #database: Db
  readonly #settled: SettledReads
  #last: Promise<unknown> = Promise.resolve()
  #indexed: Promise<void> | undefined

  constructor(setting: Setting) {
    this.#setting = setting
    this.where = `MongoDB at ${setting.config.server}`
    this.#database = setting.client.db(setting.database)
    this.#settled = new SettledReads(this.#leases(), () => this.#leased(async () => undefined))
  }

  collections(): Promise<string[]> {
    return this.#reading('the names of its collections', async () => {
      const all = await this.#database.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
      const names = all.map(({ name }) => name)
      return names.filter((name) => !isBookkeeping(name) && !name.startsWith('system.'))
    })
  }

  find(collection: string, where: Where = {}, part: Part = 'whole'): Promise<Document[]> {
    const read = () => this.#find(collection, where, part)
    return this.#reading(collection, () =>
      this.#mayTear(collection, where) ? this.#settled.read(read) : read(),
    )
  }

  some(collection: string, ids: readonly ObjectId[], part: Part = 'whole'): Promise<Document[]> {
    const read = () => this.#find(collection, { _id: { $in: ids } }, part)
    return this.#reading(collection, () =>
      this.#mayTear(collection, {}) ? this.#settled.read(read) : read(),
    )
  }

  since(collection: string, where: Where, time: Date): Promise<Document[]> {
    return this.#reading(collection, () =>
      this.#find(collection, { ...where, updated: { $gte: time } }, 'whole'),
    )
  }

  /**
   * In a replica set a transaction becomes visible at once, but a long read may have begun before. Versions
   * are written after all else.
   */
  #mayTear(collection: string, where: Where): boolean {
    if (collection === 'tracker' || collection === 'switch_mac' || isRecord(collection)) return false
    if (collection === bookkeeping.versions || collection === bookkeeping.changes) return false
    return !this.#setting.transactions || Object.keys(where).length === 0
  }

  async #find(collection: string, where: Document, part: Part): Promise<Document[]> {
    // The driver has a copy of the package bson of its own, whose types are not ours: the bytes are common
    // ground.
    const found = this.#database
      .collection(collection, { raw: true })
      .find(where, { projection: parts[part] })
    const documents: unknown[] = await found.toArray()
    const read = part === 'whole' ? documentOf : plainReader()
    return documents.map((bytes) => read(bytes as Uint8Array))
  }

  apply(writes: readonly Write[]): Promise<void> {
    this.#makeIndexes()
    return this.#attempt(() => writeDirectly(this.#database, writes))
  }

  exclusive<T>(work: (commit: (writes: readonly Write[]) => Promise<void>) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#attempt(() => this.#leased(work)))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  setUnique(collection: string, unique: boolean): Promise<boolean> {
    return this.#attempt(async () => {
      await forgetIndexes(this.#database)
      const options = buildOptions(this.#setting.replicaSet)
      return await makeUnique(this.#database.collection(collection), unique, options)
    })
  }

  advice(): Promise<string[]> {
    return this.#reading('its state', async () => {
      const why = await whyNoIndexes(this.#database)
      return adviceOn(await helloOf(this.#setting.client), new Date(), why)
    })
  }

  async close(): Promise<void> {
    await Promise.race([this.#indexed, sleep(indexGrace, undefined, { ref: false })])
    await this.#setting.client.close()
  }

  async #leased<T>(work: (commit: (writes: readonly Write[]) => Promise<void>) => Promise<T>): Promise<T> {
    const lease = await Lease.take(this.#leases()).catch((error: unknown) => {
      throw noMajority(error)
    })
    try {
      if (lease.journal !== undefined) await resumeJournal(this.#database, lease, lease.journal)
      return await work((writes) => this.#commit(lease, writes))
    } finally {
      // Where this fails, the lease runs out by itself.
      await lease.release().catch(() => undefined)
    }
  }

  async #commit(lease: Lease, writes: readonly Write[]): Promise<void> {
    this.#makeIndexes()
    const { client, transactions, replicaSet } = this.#setting
    if (transactions) await commitTransaction(client, this.#database, lease, writes)
    else await commitByJournal(this.#database, lease, writes)
    const [before, options] = [this.#indexed, buildOptions(replicaSet)]
    this.#indexed = makeLateIndexes(this.#database, writes, options).then(() => before)
  }

  #leases() {
    return this.#database.collection<LeaseDocument>(bookkeeping.leases)
  }

  /**
   * Begins to make indexes without waiting for them: while a member of a replica set is down that may not
   * end.
   */
  #makeIndexes(): void {
    this.#indexed ??= makeIndexes(this.#database, buildOptions(this.#setting.replicaSet))
  }

  /** `what` is read, for messages. */
  #reading<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#attempt(() => again(work), what)
  }

  async #attempt<T>(work: () => Promise<T>, read: string | null = null): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw explain(this.#setting.config, this.#setting.file, error, read)
    }
  }
}
