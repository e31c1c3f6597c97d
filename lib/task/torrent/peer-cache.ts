// The peers of torrents as one process remembers them: an announce must not cost more the more nodes there are. What others
// put down meanwhile is read every second, and only that.
import { type Peer, type Store, ttl } from '../../store/store.ts'

/** The peer id of the server's own seeders, `lunalunalunalunaluna` in hexadecimal. */
export const seederId = Buffer.from('lunalunalunalunaluna').toString('hex')

/** Who is told of. */
export interface Peers {
  /** The server's seeders. */
  readonly seeders: readonly Peer[]
  /** Everybody who announced within two intervals. */
  readonly fresh: readonly Peer[]
  /** How many peers have the whole, and how many are at it; a seeder that is fresh counts twice, as it always did. */
  readonly complete: number
  readonly incomplete: number
}

/** Who counts, of the remembered peers of a torrent. */
export function countPeers(peers: Iterable<Peer>, interval: number, now: Date): MutablePeers {
  const since = now.getTime() - 2000 * interval
  const swarm: MutablePeers & { seeders: Peer[] } = { seeders: [], fresh: [], complete: 0, incomplete: 0 }
  for (const peer of peers) {
    // Port 0 is "cannot be reached".
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

/** The seeders first, then others at random, up to `most`; `random` gives numbers in 0..1. */
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

// What others put down is read so often, and less often where that is much: a millisecond for each that was read.
const readEvery = { least: 1000, most: 5000 }
// A write takes its time, and clocks of heads differ: what is older than the last reading by that much is read again.
const overlap = 1000
const mostTorrents = 500

interface CachedTorrent {
  /** Everybody who is remembered, by address and port. */
  readonly peers: Map<string, Peer>
  swarm: MutablePeers
  /** Where in `fresh` somebody is. */
  places: Map<string, number>
  /** Of the store, when it was last read. */
  version: string
  read: number
  pause: number
  reading: Promise<void> | undefined
}

interface MutablePeers extends Peers {
  readonly fresh: Peer[]
  complete: number
  incomplete: number
}

/** The swarms that one process knows. */
export class PeerCache {
  readonly #store: Store
  readonly #known = new Map<string, CachedTorrent>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The swarm of a torrent with `own`, who was put down in the store just now, and others as of a little ago. `interval` in seconds. */
  async with(own: Peer, interval: number, now: Date): Promise<Peers> {
    const known = this.#of(own.infoHash)
    await this.#forgetIfReplaced(known)
    const age = Math.abs(now.getTime() - known.read)
    if (age >= known.pause) known.reading ??= this.#read(own.infoHash, known, interval, now)
    // Of a crowd, what was known a moment ago is as good; a few peers are read at once, and must not be missed.
    if (known.pause <= readEvery.least || age >= 2 * readEvery.most) await known.reading
    else known.reading?.catch(() => undefined)
    add(known, own, interval, now)
    return known.swarm
  }

  /** Another version may be another database: `luna db import` puts one in place of what was remembered. */
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
      known.pause = Math.min(readEvery.most, Math.max(readEvery.least, found.length))
      known.read = now.getTime()
    } finally {
      known.reading = undefined
    }
  }
}

function keyOf({ ip, port }: Peer): string {
  return `${ip} ${port}`
}

/** Remembers the newest of what somebody said, and the last event that was one: each client stays one object. */
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

/** Puts one who announced just now where all others have been counted already. */
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
