// The store in MongoDB, as the first Luna has it: database `luna`, a collection per kind.
import { type Document, deserialize, type ObjectId } from 'bson'
import type { AnyBulkWriteOperation, ClientSession, Db, MongoClient } from 'mongodb'
import type { MongoConfig } from '../config.ts'
import type { Backend, Part, Where, Write } from './backend.ts'
import { connectMongo, duplicateKey, explain } from './mongo-client.ts'
import { makeIndexes } from './mongo-indexes.ts'
import { type JournalPart, putDown, read, strike } from './mongo-journal.ts'
import { Lease, type LeaseDocument } from './mongo-lease.ts'
import { keyFields } from './shelf.ts'

export interface MongoOptions {
  /** The name of the database; another one than `luna` is for tests. */
  readonly database?: string
  /** Whether units of work are transactions; where it is not said, the server is asked whether it has them. */
  readonly transactions?: boolean
}

// Luna's own bookkeeping, no part of the database as others see it.
const leases = 'luna_lease'
const journals = 'luna_journal'

/** Connects. Rejects with LunaError `unavailable`; `file` is the configuration file, for what it says then. */
export async function openMongo(
  config: MongoConfig,
  file: string,
  { database = 'luna', transactions }: MongoOptions = {},
): Promise<Backend> {
  const client = await connectMongo(config, file)
  try {
    const server = await client.db('admin').command({ isMaster: 1 })
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
    return this.#attempt(async () => {
      const all = await this.#database.listCollections({}, { nameOnly: true }).toArray()
      const names = all.map(({ name }) => name)
      return names.filter((name) => ![leases, journals].includes(name) && !name.startsWith('system.'))
    })
  }

  find(collection: string, where: Where = {}, part: Part = 'whole'): Promise<Document[]> {
    const projection = part === 'object' ? { _use_: 0, _usedby_: 0 } : {}
    return this.#attempt(async () => {
      // The driver has a copy of the package bson of its own, whose types are not ours: the bytes are common ground.
      const found = this.#database.collection(collection, { raw: true }).find(where, { projection })
      const documents: unknown[] = await found.toArray()
      return documents.map((bytes) => deserialize(bytes as Uint8Array, { promoteValues: false }))
    })
  }

  apply(writes: readonly Write[]): Promise<void> {
    return this.#attempt(async () => {
      await this.#ready()
      for (const run of runsOf(writes)) await this.#do(run)
    })
  }

  exclusive<T>(work: (commit: (writes: readonly Write[]) => Promise<void>) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#attempt(() => this.#leased(work)))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  close(): Promise<void> {
    return this.#setting.client.close()
  }

  async #leased<T>(work: (commit: (writes: readonly Write[]) => Promise<void>) => Promise<T>): Promise<T> {
    const lease = await Lease.take(this.#database.collection<LeaseDocument>(leases))
    let unfinished = true
    try {
      if (lease.journal !== undefined) await this.#finish(lease, await read(this.#journal(), lease.journal))
      unfinished = false
      return await work(async (writes) => {
        await this.#ready()
        unfinished = true
        if (this.#setting.transactions) await this.#inTransaction(lease, writes)
        else await this.#journalled(lease, writes)
        unfinished = false
      })
    } finally {
      if (unfinished) lease.abandon()
      else await lease.release()
    }
  }

  async #inTransaction(lease: Lease, writes: readonly Write[]): Promise<void> {
    await this.#setting.client.withSession((session) =>
      session.withTransaction(async () => {
        await lease.move({}, session)
        for (const run of runsOf(writes)) await this.#do(run, { session })
      }),
    )
  }

  async #journalled(lease: Lease, writes: readonly Write[]): Promise<void> {
    await putDown(this.#journal(), lease, writes)
    await this.#finish(lease, writes)
  }

  /** Does what was put down; all of it can be done twice. */
  async #finish(lease: Lease, writes: readonly Write[]): Promise<void> {
    for (const run of runsOf(writes)) {
      await lease.check()
      await this.#do(run, { again: true })
    }
    await strike(this.#journal(), lease)
  }

  async #do(
    run: Run,
    { session, again = false }: { session?: ClientSession; again?: boolean } = {},
  ): Promise<void> {
    const options = { ordered: !run.inserts, ...(session && { session }) }
    try {
      await this.#database.collection(run.collection).bulkWrite(run.writes.map(operation), options)
    } catch (error) {
      if (!again || !run.inserts || !onlyKnown(error)) throw error
    }
  }

  #journal() {
    return this.#database.collection<JournalPart>(journals)
  }

  #ready(): Promise<void> {
    this.#indexed ??= makeIndexes(this.#database)
    return this.#indexed
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw explain(this.#setting.config, this.#setting.file, error)
    }
  }
}

/** Writes that one call takes: in a row, to one collection, and inserts apart from others. */
interface Run {
  readonly collection: string
  readonly inserts: boolean
  readonly writes: Write[]
}

function runsOf(writes: readonly Write[]): Run[] {
  const runs: Run[] = []
  for (const write of writes) {
    const inserts = write.op === 'insert'
    const last = runs.at(-1)
    if (last?.collection === write.collection && last.inserts === inserts) last.writes.push(write)
    else runs.push({ collection: write.collection, inserts, writes: [write] })
  }
  return runs
}

function operation(write: Write): AnyBulkWriteOperation {
  switch (write.op) {
    case 'insert':
      return { insertOne: { document: write.document } }
    case 'update':
      return {
        updateOne: { filter: { _id: write.id as ObjectId }, update: updateOf(write.set, write.unset) },
      }
    case 'upsert': {
      const $setOnInsert = keyFields(write.key)
      return { updateOne: { filter: write.key, update: { $set: write.set, $setOnInsert }, upsert: true } }
    }
    case 'remove':
      return { deleteMany: { filter: write.where } }
    case 'expire':
      return { deleteMany: { filter: { updated: { $lt: write.before } } } }
    case 'clear':
      return { deleteMany: { filter: {} } }
    default:
      return write satisfies never
  }
}

function updateOf(set: Readonly<Record<string, unknown>>, unset: readonly string[]): Document {
  const $unset = Object.fromEntries(unset.map((path) => [path, '']))
  return { ...(Object.keys(set).length > 0 && { $set: set }), ...(unset.length > 0 && { $unset }) }
}

/** True when all that went wrong is that documents were there already. */
function onlyKnown(error: unknown): boolean {
  const errors: unknown = error instanceof Error && 'writeErrors' in error ? error.writeErrors : []
  return Array.isArray(errors) && errors.length > 0 && errors.every(({ code }) => code === duplicateKey)
}
