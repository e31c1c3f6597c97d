// The tracker (BEP 3): records announces, and gives peers of a torrent to a client.
import { LunaError } from '../../error.ts'
import type { Peer, Store } from '../../store/store.ts'
import { cacheOf } from '../boot/cache.ts'
import { choosePeers, countPeers, PeerCache, seederId } from './peer-cache.ts'

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
 * peers that announced within two intervals, the client itself included. `random` gives numbers in 0..1.
 * Throws LunaError `invalid` when more peers are wanted than the cluster allows.
 */
export async function announce(
  store: Store,
  { peer, numwant }: Announced,
  now: Date,
  random: () => number,
): Promise<Told> {
  const cluster = await (await cacheOf(store)).cluster()
  if (numwant > cluster.tracker_maxpeers) {
    throw new LunaError('invalid', `numwant ${numwant} is more than ${cluster.tracker_maxpeers}`, {
      fix: 'ask for fewer peers, or: luna cluster change --tracker_maxpeers NUMBER',
    })
  }
  const own = { ...peer, updated: now }
  await store.announce(own)
  const swarm = await peerCacheOf(store).with(own, cluster.tracker_interval, now)
  return {
    interval: cluster.tracker_interval,
    minInterval: cluster.tracker_min_interval,
    complete: swarm.complete,
    incomplete: swarm.incomplete,
    peers: choosePeers(swarm, numwant, random),
  }
}

const caches = new WeakMap<Store, PeerCache>()

function peerCacheOf(store: Store): PeerCache {
  const present = caches.get(store) ?? new PeerCache(store)
  caches.set(store, present)
  return present
}

/** The figures of one torrent (BEP 48). */
export interface Scraped {
  readonly complete: number
  readonly downloaded: number
  readonly incomplete: number
}

/** Figures of torrents by info hash; a torrent without announces has none. Seeders count once here. */
export async function scrape(
  store: Store,
  hashes: readonly string[],
  now: Date,
): Promise<Map<string, Scraped>> {
  const cluster = await (await cacheOf(store)).cluster()
  const figures = new Map<string, Scraped>()
  for (const hash of hashes) {
    const peers = await store.peers(hash)
    if (peers.length === 0) continue
    const { fresh, seeders } = countPeers(peers, cluster.tracker_interval, now)
    const members = [...new Set([...fresh, ...seeders])]
    figures.set(hash, {
      complete: withStatus(members, 'completed'),
      downloaded: withStatus(
        peers.filter((peer) => peer.peerId !== seederId),
        'completed',
      ),
      incomplete: withStatus(members, 'started'),
    })
  }
  return figures
}

function withStatus(peers: readonly Peer[], status: string): number {
  return peers.filter((peer) => peer.status === status).length
}
