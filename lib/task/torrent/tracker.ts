// The tracker (BEP 3): records announces, and gives peers of a torrent to a client.
import { LunaError } from '../../error.ts'
import type { Cluster } from '../../object/cluster.ts'
import type { Prefix } from '../../object/net/address.ts'
import { headPrefixes, isServed } from '../../object/net/served.ts'
import type { Peer, Store } from '../../store/store.ts'
import { cacheOf, type RequestCache } from '../boot/cache.ts'
import { PeerCache } from './peer-cache.ts'
import { choosePeers, type Scraped } from './swarm.ts'

export interface Announced {
  readonly peer: Omit<Peer, 'updated'>
  /** How many peers the client wants. */
  readonly numwant: number
}

/** The answer to an announce. */
export interface Told {
  /** Seconds. */
  readonly interval: number
  readonly minInterval: number
  /** How many peers have the whole torrent, and how many are downloading it. */
  readonly complete: number
  readonly incomplete: number
  readonly peers: readonly Peer[]
}

/**
 * Records the announce and gives peers: all server seeders (whatever their age), then a random choice of the
 * peers that announced within two intervals, the client itself included. An announce beyond what one address
 * or one torrent may have is answered, and not recorded. `random` gives numbers in 0..1. Throws LunaError
 * `invalid` when more peers are wanted than the cluster allows.
 */
export async function announce(
  store: Store,
  shared: RequestCache,
  { peer, numwant }: Announced,
  now: Date,
  random: () => number,
): Promise<Told> {
  const cluster = await shared.cluster()
  if (numwant > cluster.tracker_maxpeers) {
    throw new LunaError('invalid', `numwant ${numwant} is more than ${cluster.tracker_maxpeers}`, {
      fix: 'ask for fewer peers, or: luna cluster change --tracker_maxpeers NUMBER',
    })
  }
  const own = { ...peer, updated: now }
  const { peers: swarm, recorded } = await peerCacheOf(store).with(own, {
    interval: cluster.tracker_interval,
    version: shared.version,
    now,
  })
  const { complete, incomplete } = swarm
  const peers = choosePeers(swarm, numwant, random)
  if (recorded) await store.announce(own)
  const { tracker_interval: interval, tracker_min_interval: minInterval } = cluster
  return { interval, minInterval, complete, incomplete, peers }
}

/** Whether a request comes from a head or this machine: they may announce the seeder, and for others. */
export async function isHead(shared: RequestCache, address: string): Promise<boolean> {
  const cluster = await shared.cluster()
  const prefixes = heads.get(cluster) ?? headPrefixes(cluster)
  heads.set(cluster, prefixes)
  return isServed(address, prefixes)
}

const heads = new WeakMap<Cluster, readonly Prefix[]>()

const caches = new WeakMap<Store, PeerCache>()

function peerCacheOf(store: Store): PeerCache {
  const present = caches.get(store) ?? new PeerCache(store)
  caches.set(store, present)
  return present
}

/** Figures of torrents by info hash; a torrent without announces has none. Seeders count once here. */
export async function scrape(
  store: Store,
  hashes: readonly string[],
  now: Date,
): Promise<Map<string, Scraped>> {
  const { cluster, version } = await cacheOf(store)
  const { tracker_interval: interval } = await cluster()
  const figures = new Map<string, Scraped>()
  for (const hash of hashes) {
    const scraped = await peerCacheOf(store).scraped(hash, { interval, version, now })
    if (scraped) figures.set(hash, scraped)
  }
  return figures
}
