// What requests of nodes read, remembered per process: what nodes share (cluster, networks, groups, images,
// BMC setups) and the nodes themselves. It is valid while the versions of the store stay the same; other
// programs may change the database, too, so what is shared is read again after a second, a node after half a
// minute.
import type { Cluster } from '../../object/cluster.ts'
import type { Id } from '../../object/field.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { Node, SteadyNode } from '../../object/node.ts'
import type { Store, Versions } from '../../store/store.ts'
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

/** The cache as a request has it. */
export interface RequestCache extends BootCache {
  readonly nodes: KnownNodes
  /** Of the objects that it holds. */
  readonly version: string
}

// Milliseconds after which they are read again, as other programs leave the versions alone.
const longest = 1000
const longestNode = 30_000

interface Remembered {
  readonly nodes: KnownNodes
  since: number
  shared: RequestCache | undefined
}

const known = new WeakMap<Store, Remembered>()

/** The cache, no older than this call. It costs one small read. Not to be used inside a transaction. */
export async function cacheOf(store: Store): Promise<RequestCache> {
  const versions = await store.versions()
  const present = known.get(store) ?? { nodes: new KnownNodes(store), since: 0, shared: undefined }
  known.set(store, present)
  const { nodes, since, shared } = present
  const time = performance.now()
  nodes.keepOnly(versions, time)
  if (shared?.version === versions.objects && time - since < longest) return shared
  const once = makeOnce()
  const cluster = () => once('cluster', () => getCluster(store))
  const made = { once, cluster, find: finder(store, once), nodes, version: versions.objects }
  Object.assign(present, { since: time, shared: made })
  return made
}

/** The cache, no older than a second. It costs nothing; what has just been changed may not be in it. */
export async function recentCache(store: Store): Promise<RequestCache> {
  const present = known.get(store)
  if (present?.shared && performance.now() - present.since < longest) return present.shared
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

/**
 * The nodes that a process has been asked about, by name and by MAC address. Only what was found is kept:
 * anybody can ask for what is not there.
 */
class KnownNodes {
  readonly #store: Pick<Store, 'find' | 'findNamed' | 'findMac'>
  #versions: Pick<Versions, 'objects' | 'macs'> = { objects: '', macs: '' }
  #since = Number.NEGATIVE_INFINITY
  // They are replaced, not emptied: an answer that is still on its way belongs to the former ones.
  #byId = new Map<Id, SteadyNode>()
  #byName = new Map<string, SteadyNode>()
  #byMac = new Map<Mac, Id>()

  constructor(store: Pick<Store, 'find' | 'findNamed' | 'findMac'>) {
    this.#store = store
  }

  /** Forgets what is not of these versions, or too old at that time in milliseconds. */
  keepOnly({ objects, macs }: Versions, time: number): void {
    const old = time - this.#since >= longestNode
    if (old) this.#since = time
    if (old || macs !== this.#versions.macs) this.#byMac = new Map()
    if (old || objects !== this.#versions.objects) {
      this.#byId = new Map()
      this.#byName = new Map()
    }
    this.#versions = { objects, macs }
  }

  async named(name: string): Promise<SteadyNode | undefined> {
    const byName = this.#byName
    const present = byName.get(name)
    if (present) return present
    const found = await this.#store.findNamed('node', name)
    return found && keep(byName, name, found)
  }

  /**
   * The node that has the MAC address, on any of its boot cards. It is not kept by its name: in damaged data
   * that may be another one's, too.
   */
  async having(mac: Mac): Promise<SteadyNode | undefined> {
    const [byMac, byId] = [this.#byMac, this.#byId]
    const id = byMac.get(mac) ?? (await this.#store.findMac(mac))
    if (id === undefined) return undefined
    byMac.set(mac, id)
    const present = byId.get(id)
    if (present) return present
    const found = await this.#store.find('node', id)
    return found && keep(byId, id, found)
  }
}

function keep<Key>(
  known: Map<Key, SteadyNode>,
  key: Key,
  { status: _status, armed: _armed, bmc_set: _set, ...node }: Node,
): SteadyNode {
  known.set(key, node)
  return node
}
