// The peers of torrents in the memory of one process, so that what an announce costs does not grow with the
// number of nodes. Announces that other processes record are read every second, and only those that are new.
//
// Of each torrent these always hold between two calls of `with`:
// 1. `peers` has one object for each address and port, which later announces of that client change in place.
//    An older announce never replaces a newer one, and an announce without event keeps the last event.
// 2. `swarm` counts exactly the peers of its lists: each announce moves its own counts only (`add`, `tally`);
//    `recount` does all anew after each reading. A peer in both lists counts twice.
// 3. `places` has the index in `swarm.fresh` of each peer there, by address and port. Only `recount` removes
//    from `fresh`, and makes `places` anew; `add` adds at the end, so that indexes stay valid.
// 4. So a peer that has become too old stays in `fresh` until the next reading.
// 5. When the version of the database has changed, all is read anew before `with` gives anything.
import { type Peer, type Store, ttl } from '../../store/store.ts'

/** The peer id of the server's own seeders, `lunalunalunalunaluna`, in hexadecimal. */
export const seederId = Buffer.from('lunalunalunalunaluna').toString('hex')

/** The peers of a torrent that clients get. */
export interface Peers {
  /** The server's seeders. */
  readonly seeders: readonly Peer[]
  /** Peers that announced within two intervals. */
  readonly fresh: readonly Peer[]
  /**
   * How many peers have the whole torrent, and how many download it. A fresh seeder counts twice, as in the
   * first Luna.
   */
  readonly complete: number
  readonly incomplete: number
}

/** Seeders and fresh peers among the peers of a torrent, with their counts. */
export function countPeers(peers: Iterable<Peer>, interval: number, now: Date): MutablePeers {
  const since = now.getTime() - 2000 * interval
  const swarm: MutablePeers & { seeders: Peer[] } = { seeders: [], fresh: [], complete: 0, incomplete: 0 }
  for (const peer of peers) {
    // Port 0: the client cannot be reached.
    if (peer.port === 0) continue
    const places = [peer.updated.getTime() >= since && swarm.fresh, peer.peerId === seederId && swarm.seeders]
    for (const place of places) {
      if (place === false) continue
      place.push(peer)
      tally(swarm, peer, 1)
    }
  }
  return swarm
}

/** The seeders, then fresh peers at random, `most` in all; `random` gives numbers in 0..1. */
export function choosePeers(
  { seeders, fresh }: Pick<Peers, 'seeders' | 'fresh'>,
  most: number,
  random: () => number,
): Peer[] {
  const wanted = Math.min(Math.max(0, most - seeders.length), fresh.length)
  const chosen = seeders.slice(0, most)
  // Shuffles the first `wanted` places (Fisher and Yates) and notes only those that changed.
  const moved = new Map<number, Peer>()
  for (let at = 0; at < wanted; at++) {
    const other = at + Math.floor(random() * (fresh.length - at))
    const [mine, its] = [moved.get(at) ?? fresh[at], moved.get(other) ?? fresh[other]]
    if (!mine || !its) continue
    chosen.push(its)
    moved.set(other, mine)
  }
  return chosen
}

// Milliseconds between two readings: one for each announce that the last reading gave, within these bounds.
const readInterval = { shortest: 1000, longest: 5000 }
// Announces this much older than the last reading are read again: writing takes time, and clocks of heads
// differ.
const overlap = 1000
const mostTorrents = 500

interface CachedTorrent {
  /** By address and port. */
  readonly peers: Map<string, Peer>
  swarm: MutablePeers
  /** Indexes in `swarm.fresh`, by address and port. */
  places: Map<string, number>
  /** Of the store, at the last announce. */
  version: string
  /** When the store was last read, and how many milliseconds later it is read again. */
  read: number
  pause: number
  reading: Promise<void> | undefined
}

interface MutablePeers extends Peers {
  readonly fresh: Peer[]
  complete: number
  incomplete: number
}

/** The peers of all torrents that this process knows. */
export class PeerCache {
  readonly #store: Store
  readonly #known = new Map<string, CachedTorrent>()

  constructor(store: Store) {
    this.#store = store
  }

  /**
   * The peers of a torrent, with `own`, which is in the store already, and others as of a moment ago.
   * `interval` is in seconds.
   */
  async with(own: Peer, interval: number, now: Date): Promise<Peers> {
    const known = this.#of(own.infoHash)
    await this.#forgetIfReplaced(known)
    const age = Math.abs(now.getTime() - known.read)
    if (age >= known.pause) known.reading ??= this.#read(own.infoHash, known, interval, now)
    // Of few peers none may be missed, so the reading is waited for. Of a crowd, the peers of a moment ago
    // are as good.
    if (known.pause <= readInterval.shortest || age >= 2 * readInterval.longest) await known.reading
    else known.reading?.catch(() => undefined)
    add(known, own, interval, now)
    return known.swarm
  }

  /** Another version may be another database: `luna db import` replaces it. */
  async #forgetIfReplaced(known: CachedTorrent): Promise<void> {
    const version = await this.#store.version()
    if (version === known.version) return
    known.version = version
    known.peers.clear()
    known.read = 0
    known.pause = 0
  }

  #of(infoHash: string): CachedTorrent {
    const present = this.#known.get(infoHash)
    if (present) return present
    const [oldest] = this.#known.keys()
    if (oldest !== undefined && this.#known.size >= mostTorrents) this.#known.delete(oldest)
    const swarm = countPeers([], 0, new Date(0))
    const times = { version: '', read: 0, pause: 0 }
    const known: CachedTorrent = { peers: new Map(), swarm, places: new Map(), ...times, reading: undefined }
    this.#known.set(infoHash, known)
    return known
  }

  async #read(infoHash: string, known: CachedTorrent, interval: number, now: Date): Promise<void> {
    try {
      const since = new Date(Math.max(0, Math.min(known.read, now.getTime()) - overlap))
      const found = await this.#store.peersSince(infoHash, since)
      for (const peer of found) remember(known, keyOf(peer), peer)
      for (const [key, { updated }] of known.peers)
        if (now.getTime() - updated.getTime() >= ttl.peers) known.peers.delete(key)
      recount(known, interval, now)
      known.pause = Math.min(readInterval.longest, Math.max(readInterval.shortest, found.length))
      known.read = now.getTime()
    } finally {
      known.reading = undefined
    }
  }
}

function keyOf({ ip, port }: Peer): string {
  return `${ip} ${port}`
}

/** Takes an announce into `peers` (1); gives the object of the client. */
function remember({ peers }: CachedTorrent, key: string, peer: Peer): Peer {
  const former = peers.get(key)
  if (former && former.updated > peer.updated) return former
  if (former) return Object.assign(former, peer, { status: peer.status ?? former.status })
  const own = { ...peer }
  peers.set(key, own)
  return own
}

function recount(known: CachedTorrent, interval: number, now: Date): void {
  known.swarm = countPeers(known.peers.values(), interval, now)
  known.places = new Map(known.swarm.fresh.map((peer, at) => [keyOf(peer), at]))
}

/** Takes in an announce of this process, with its counts (2, 3). */
function add(known: CachedTorrent, own: Peer, interval: number, now: Date): void {
  const { swarm, places } = known
  const key = keyOf(own)
  const place = places.get(key)
  const former = place === undefined ? undefined : swarm.fresh[place]
  if (former) tally(swarm, former, -1)
  const newest = remember(known, key, own)
  if (own.peerId === seederId) recount(known, interval, now)
  if (own.peerId === seederId || own.port === 0) return
  const at = place ?? swarm.fresh.length
  swarm.fresh[at] = newest
  places.set(key, at)
  tally(swarm, newest, 1)
}

function tally(swarm: MutablePeers, { status }: Peer, by: number): void {
  if (status === 'completed') swarm.complete += by
  else if (status === 'started') swarm.incomplete += by
}
