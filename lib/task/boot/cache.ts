// What nodes share (cluster, networks, groups, images, BMC setups), cached per process. It is valid while the
// version of the store stays the same, and for a second at most: other programs may change the database, too.
import type { Cluster } from '../../object/cluster.ts'
import type { Store } from '../../store/store.ts'
import { type Find, finder, makeOnce, type Once } from '../find.ts'
import { getCluster } from '../inventory.ts'

/** Kinds of which there are few. */
export type SharedKind = 'network' | 'group' | 'osimage' | 'bmcsetup'

export interface BootCache {
  cluster(): Promise<Cluster>
  readonly find: Find<SharedKind>
  /** For what is made of them. */
  readonly once: Once
}

const longest = 1000

interface Remembered {
  readonly version: string
  readonly since: number
  readonly shared: BootCache
}

const known = new WeakMap<Store, Remembered>()

/** The cache, no older than this call. It costs one small read. Not to be used inside a transaction. */
export async function cacheOf(store: Store): Promise<BootCache> {
  const version = await store.version()
  const present = known.get(store)
  const time = performance.now()
  if (present?.version === version && time - present.since < longest) return present.shared
  const once = makeOnce()
  const shared = { once, cluster: () => once('cluster', () => getCluster(store)), find: finder(store, once) }
  known.set(store, { version, since: time, shared })
  return shared
}

/** The cache, no older than a second. It costs nothing; what has just been changed may not be in it. */
export async function recentCache(store: Store): Promise<BootCache> {
  const present = known.get(store)
  if (present && performance.now() - present.since < longest) return present.shared
  return await cacheOf(store)
}

/** The same with everything read at once: for many nodes, with a fixed number of reads. */
export async function loadCache(store: Store): Promise<BootCache> {
  const cluster = await getCluster(store)
  const objects = new Map<string, unknown>()
  for (const kind of ['network', 'group', 'osimage', 'bmcsetup'] as const)
    for (const object of await store.list(kind)) objects.set(`${kind} ${object.id}`, object)
  const find = async (kind: SharedKind, id: string) => objects.get(`${kind} ${id}`)
  return { once: makeOnce(), cluster: async () => cluster, find: find as Find<SharedKind> }
}
