// What belongs to the whole cluster: its own document, and all objects at once.
import { LunaError } from '../error.ts'
import { type Cluster, dbVersion } from '../object/cluster.ts'
import type { Inventory } from '../object/net/address-use.ts'
import type { Store } from '../store/store.ts'

/**
 * The cluster. Throws LunaError `not-found` before `luna cluster init`, and `unsupported` when the database
 * has another version.
 */
export async function getCluster(store: Store): Promise<Cluster> {
  const [cluster] = await store.list('cluster')
  if (!cluster) {
    throw new LunaError('not-found', 'there is no cluster yet', {
      why: `${store.where} is empty`,
      fix: 'luna cluster init --frontend_address ADDRESS',
    })
  }
  if (cluster.db_version === dbVersion) return cluster
  throw new LunaError('unsupported', `the database has version ${cluster.db_version}`, {
    why: `this program works with version ${dbVersion} only`,
    fix: 'use the Luna that made it, or bring the database to that version first',
  })
}

/** All objects, for operations that have to look at every one. */
export async function loadInventory(store: Store): Promise<Inventory> {
  return {
    cluster: await store.list('cluster'),
    osimage: await store.list('osimage'),
    bmcsetup: await store.list('bmcsetup'),
    network: await store.list('network'),
    group: await store.list('group'),
    node: await store.list('node'),
    switch: await store.list('switch'),
    otherdev: await store.list('otherdev'),
  }
}
