// The tracker: who has which torrent, and who is told of whom (BEP 3). What the seeder does is task/seed's.
import { LunaError } from '../error.ts'
import type { Cluster } from '../object/cluster.ts'
import type { Peer, Store } from '../store/store.ts'
import { getCluster } from './general.ts'

/** The peer id of the server's own seeders, `lunalunalunalunaluna` in hexadecimal. */
export const seederId = Buffer.from('lunalunalunalunaluna').toString('hex')

export interface Announced {
  readonly peer: Omit<Peer, 'updated'>
  /** How many peers the client wants to be told of. */
  readonly numwant: number
}

/** What a client is told. */
export interface Told {
  /** Seconds. */
  readonly interval: number
  readonly minInterval: number
  /** How many peers have the whole, and how many are at it. */
  readonly complete: number
  readonly incomplete: number
  readonly peers: readonly Peer[]
}

/**
 * Puts the client down and tells it of others: the server's seeders, which are told of whatever their last announce was,
 * and a random choice of those that announced themselves within two intervals, itself included.
 * `chance` gives numbers in 0..1. Throws LunaError `invalid` when more peers are wanted than the cluster allows.
 */
export async function announce(
  store: Store,
  { peer, numwant }: Announced,
  now: Date,
  chance: () => number,
): Promise<Told> {
  const cluster = await getCluster(store)
  if (numwant > cluster.tracker_maxpeers) {
    throw new LunaError('invalid', `numwant ${numwant} is more than ${cluster.tracker_maxpeers}`, {
      fix: 'ask for fewer peers, or: luna cluster change --tracker_maxpeers NUMBER',
    })
  }
  await store.announce({ ...peer, updated: now })
  const swarm = swarmOf(await store.peers(peer.infoHash), cluster, now)
  return {
    interval: cluster.tracker_interval,
    minInterval: cluster.tracker_min_interval,
    complete: withStatus(swarm.all, 'completed'),
    incomplete: withStatus(swarm.all, 'started'),
    peers: choosePeers(swarm, numwant, chance),
  }
}

export interface Swarm {
  /** The server's seeders. */
  readonly seeders: readonly Peer[]
  /** Everybody who announced within two intervals. */
  readonly fresh: readonly Peer[]
  /** Both; a seeder that is fresh counts twice, as it always did. */
  readonly all: readonly Peer[]
}

/** Who counts, of the remembered peers of a torrent. */
export function swarmOf(
  peers: readonly Peer[],
  { tracker_interval }: Pick<Cluster, 'tracker_interval'>,
  now: Date,
): Swarm {
  const since = now.getTime() - 2000 * tracker_interval
  // Port 0 is "cannot be reached".
  const reachable = peers.filter((peer) => peer.port !== 0)
  const fresh = reachable.filter((peer) => peer.updated.getTime() >= since)
  const seeders = reachable.filter((peer) => peer.peerId === seederId)
  return { seeders, fresh, all: [...fresh, ...seeders] }
}

/** The seeders first, then others by chance, up to `most`. */
export function choosePeers({ seeders, fresh }: Swarm, most: number, chance: () => number): Peer[] {
  const others = [...fresh]
  const wanted = Math.min(Math.max(0, most - seeders.length), others.length)
  for (let at = 0; at < wanted; at++) {
    const other = at + Math.floor(chance() * (others.length - at))
    const [mine, its] = [others[at], others[other]]
    if (mine && its) [others[at], others[other]] = [its, mine]
  }
  return [...seeders, ...others.slice(0, wanted)].slice(0, most)
}

function withStatus(peers: readonly Peer[], status: string): number {
  return peers.filter((peer) => peer.status === status).length
}

/** The figures of one torrent (BEP 48). */
export interface Scraped {
  readonly complete: number
  readonly downloaded: number
  readonly incomplete: number
}

/** Figures of torrents by info hash; one that nobody announced has none. Seeders count once here. */
export async function scrape(
  store: Store,
  hashes: readonly string[],
  now: Date,
): Promise<Map<string, Scraped>> {
  const cluster = await getCluster(store)
  const figures = new Map<string, Scraped>()
  for (const hash of hashes) {
    const peers = await store.peers(hash)
    if (peers.length === 0) continue
    const members = [...new Set(swarmOf(peers, cluster, now).all)]
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
