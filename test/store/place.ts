// Where a store of a test is kept: opened as often as a test likes, by several processes too.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MongoConfig } from '../../lib/config.ts'
import type { Backend } from '../../lib/store/backend.ts'
import { makeStore, type StoreOptions } from '../../lib/store/make-store.ts'
import { openMongo } from '../../lib/store/mongo/backend.ts'
import { connectMongo } from '../../lib/store/mongo/client.ts'
import { openSqlite } from '../../lib/store/sqlite/backend.ts'
import type { Store } from '../../lib/store/store.ts'

/** What another process must know to open the same store. */
export type Address =
  | { readonly embedded: string }
  | { readonly mongo: MongoConfig; readonly database: string; readonly transactions?: boolean }

/** An empty store, and how to open it. */
export interface Place {
  /** Absent where only this process can open it. */
  readonly address?: Address
  open(options?: StoreOptions): Promise<Store>
  remove(): Promise<void>
}

/** Opens the store at an address. */
export async function openAt(address: Address, options: StoreOptions = {}): Promise<Store> {
  return makeStore(await engineAt(address), options)
}

/** Opens the engine at an address: what another program, which knows no promises, would use. */
export async function engineAt(address: Address): Promise<Backend> {
  if ('embedded' in address) return openSqlite(address.embedded)
  const { mongo, ...more } = address
  return await openMongo(mongo, '/etc/luna.conf', more)
}

export function memoryPlace(): Place {
  const backend = openSqlite(':memory:')
  return {
    open: async (options = {}) => makeStore(backend, options),
    remove: async () => undefined,
  }
}

export function filePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'luna-store-'))
  const address = { embedded: join(folder, 'luna.db') }
  return {
    address,
    open: (options = {}) => openAt(address, options),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

let databases = 0

/** A database of its own; `transactions` where the server should be taken to have them or not. */
export function mongoPlace(mongo: MongoConfig, transactions?: boolean): Place {
  const database = `luna_test_${process.pid}_${databases++}`
  const address: Address = { mongo, database, ...(transactions !== undefined && { transactions }) }
  return {
    address,
    open: (options = {}) => openAt(address, options),
    remove: async () => {
      const client = await connectMongo(mongo, '/etc/luna.conf')
      await client.db(database).dropDatabase()
      await client.close()
    },
  }
}
