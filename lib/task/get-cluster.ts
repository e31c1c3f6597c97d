// The cluster document that everything else belongs to.
import { LunaError } from '../error.ts'
import { type Cluster, dbVersion } from '../object/cluster.ts'
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
