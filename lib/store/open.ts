// Opens the store that the configuration names, and files with databases. What only a command or two need is
// loaded when it is used.
import type { Config } from '../config.ts'
import { makeStore, type StoreOptions } from './make-store.ts'
import type { Exported } from './mongodump/read.ts'
import { openSqlite } from './sqlite/backend.ts'
import type { Dump, Store } from './store.ts'

/**
 * The store of a configuration. Rejects with LunaError `unavailable` when it cannot be reached: which store,
 * why, and both ways out. The MongoDB driver is loaded only where it is used: it takes longer to start than
 * all else.
 */
export async function openStore(config: Config, options: StoreOptions = {}): Promise<Store> {
  const { store } = config
  if ('embedded' in store) return makeStore(openSqlite(store.embedded), options)
  const { openMongo } = await import('./mongo/backend.ts')
  return makeStore(await openMongo(store.mongo, config.file), options)
}

/** An empty store that lives as long as the process: for tests. */
export function openMemoryStore(options: StoreOptions = {}): Store {
  return makeStore(openSqlite(':memory:'), options)
}

/**
 * Reads a database from a file or folder, or from what is piped in: a text of `luna db export`, a folder or
 * an archive of mongodump. Throws LunaError `invalid` that says what is wrong and where.
 */
export async function readExported(source: string | AsyncIterable<Uint8Array>): Promise<Exported> {
  return await (await import('./mongodump/read.ts')).readExported(source)
}

/**
 * Writes the folder `luna`, as mongodump does, into a directory, and gives its path. Throws LunaError
 * `refused` when there is one already, `failed` when it cannot be written.
 */
export async function writeMongodump(dump: Dump, directory: string): Promise<string> {
  return await (await import('./mongodump/write.ts')).writeMongodump(dump, directory)
}
