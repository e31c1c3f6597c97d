// What many nodes have in common (cluster, networks, groups, images, BMC setups), remembered by each process from one request to
// the next: as long as the version of the store stays the same, and a second at most, as programs of others may change the
// database too.
import type { Cluster } from '../../object/cluster.ts'
import type { Id } from '../../object/field.ts'
import type { Objects } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'

/** Kinds of which there are few. */
export type SharedKind = 'network' | 'group' | 'osimage' | 'bmcsetup'

export interface BootCache {
  cluster(): Promise<Cluster>
  find<K extends SharedKind>(kind: K, id: Id): Promise<Objects[K] | undefined>
  /** What `make` gives, made once. */
  once<T>(name: string, make: () => Promise<T>): Promise<T>
}

const longest = 1000

interface Remembered {
  readonly version: string
  readonly since: number
  readonly shared: BootCache
}

const known = new WeakMap<Store, Remembered>()

/** What is in common, no older than this call; it costs one small read. Not inside of a unit of work. */
export async function cacheOf(store: Store): Promise<BootCache> {
  const version = await store.version()
  const present = known.get(store)
  const time = performance.now()
  if (present?.version === version && time - present.since < longest) return present.shared
  const shared = sharedIn(store)
  known.set(store, { version, since: time, shared })
  return shared
}

/** Remembers for as long as it lives. */
function sharedIn(store: Store): BootCache {
  const answers = new Map<string, Promise<unknown>>()
  function once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const present = answers.get(name) as Promise<T> | undefined
    if (present) return present
    const made = make()
    answers.set(name, made)
    // What could not be read is asked for again.
    made.catch(() => answers.delete(name))
    return made
  }
  return {
    once,
    cluster: () => once('cluster', () => getCluster(store)),
    find: <K extends SharedKind>(kind: K, id: Id) => once(`${kind} ${id}`, () => store.find(kind, id)),
  }
}
