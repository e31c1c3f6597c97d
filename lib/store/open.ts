// Opens the store that the configuration names.
import type { Config } from '../config.ts'
import { makeStore, type StoreOptions } from './make-store.ts'
import { openSqlite } from './sqlite/backend.ts'
import type { Store } from './store.ts'

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
