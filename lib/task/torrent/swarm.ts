// The peers of one torrent in memory: what an announce or a scrape costs does not depend on how many there
// are.
//
// 1. `#peers` has one object for each address and port, which later announces of that client change in place.
//    An older announce never replaces a newer one, and an announce without event keeps the last event.
// 2. `complete` and `incomplete` count exactly the peers of the two lists: each announce moves its own counts
//    only. A peer in both lists counts twice, as in the first Luna.
// 3. Only `recount` removes from the lists, so a peer that has become too old stays there until the next one.
import type { Peer } from '../../store/store.ts'

/** The peer id of the server's own seeders, `lunalunalunalunaluna`, in hexadecimal. */
export const seederId = Buffer.from('lunalunalunalunaluna').toString('hex')

/** The peers of a torrent that clients get. */
export interface Peers {
  /** The server's seeders. */
  readonly seeders: readonly Peer[]
  /** Peers that announced within two intervals. */
  readonly fresh: readonly Peer[]
  /** How many have the whole torrent, and how many download it (2). */
  readonly complete: number
  readonly incomplete: number
}

/** The figures of one torrent (BEP 48). */
export interface Scraped {
  readonly complete: number
  readonly downloaded: number
  readonly incomplete: number
}

/** Endpoints that one address can have: one that announced is counted for so many milliseconds. */
const mostOfAddress = { endpoints: 8, for: 600_000 } as const

interface List {
  readonly peers: Peer[]
  /** Indexes in `peers`, by address and port. */
  readonly places: Map<string, number>
}

export class Swarm implements Peers {
  readonly #peers = new Map<string, Peer>()
  readonly #ofAddress = new Map<string, Set<string>>()
  #fresh: List = emptyList()
  #seeders: List = emptyList()
  complete = 0
  incomplete = 0
  /** Nodes that have had it whole, of those that are remembered. */
  #downloaded = 0

  get seeders(): readonly Peer[] {
    return this.#seeders.peers
  }

  get fresh(): readonly Peer[] {
    return this.#fresh.peers
  }

  /** How many peers are remembered. */
  get size(): number {
    return this.#peers.size
  }

  /** A head has said that it seeds this torrent. */
  get isKnown(): boolean {
    return this.#seeders.peers.length > 0
  }

  /** Whether the peer is remembered already, or its address has few others. */
  hasRoomFor(peer: Peer, now: Date): boolean {
    const own = this.#ofAddress.get(peer.ip)
    if (!own || own.has(keyOf(peer))) return true
    const since = now.getTime() - mostOfAddress.for
    let recent = 0
    for (const key of own) if ((this.#peers.get(key)?.updated.getTime() ?? 0) >= since) recent++
    return recent < mostOfAddress.endpoints
  }

  has(peer: Peer): boolean {
    return this.#peers.has(keyOf(peer))
  }

  /** Takes in an announce, with its counts. Port 0: the client cannot be reached, and is told to nobody. */
  add(own: Peer): void {
    const key = keyOf(own)
    const lists = own.port === 0 ? [] : own.peerId === seederId ? [this.#fresh, this.#seeders] : [this.#fresh]
    for (const { peers, places } of lists) {
      const former = peers[places.get(key) ?? -1]
      if (former) this.#tally(former, -1)
    }
    const newest = this.#remember(key, own)
    for (const { peers, places } of lists) {
      const at = places.get(key) ?? peers.length
      peers[at] = newest
      places.set(key, at)
      this.#tally(newest, 1)
    }
  }

  /** Takes in what was read; `recount` puts it into the lists. */
  remember(peers: Iterable<Peer>): void {
    for (const peer of peers) this.#remember(keyOf(peer), peer)
  }

  /** Forgets who has not announced for so many milliseconds, and does the lists and counts anew. */
  recount(ttl: number, interval: number, now: Date): void {
    for (const [key, peer] of this.#peers)
      if (now.getTime() - peer.updated.getTime() >= ttl) this.#forget(key, peer)
    this.#fresh = emptyList()
    this.#seeders = emptyList()
    this.complete = 0
    this.incomplete = 0
    const since = now.getTime() - 2000 * interval
    for (const [key, peer] of this.#peers) {
      if (peer.port === 0) continue
      if (peer.updated.getTime() >= since) this.#put(this.#fresh, key, peer)
      if (peer.peerId === seederId) this.#put(this.#seeders, key, peer)
    }
  }

  /** The figures of a scrape, in which a seeder counts once. Undefined where nobody has announced. */
  scraped(): Scraped | undefined {
    if (this.size === 0) return undefined
    const twice = this.#seeders.peers.filter((peer) => this.#fresh.places.has(keyOf(peer)))
    const once = (count: number, kind: Counted) =>
      count - twice.filter((peer) => countedAs(peer) === kind).length
    return {
      complete: once(this.complete, 'complete'),
      downloaded: this.#downloaded,
      incomplete: once(this.incomplete, 'incomplete'),
    }
  }

  #put({ peers, places }: List, key: string, peer: Peer): void {
    places.set(key, peers.length)
    peers.push(peer)
    this.#tally(peer, 1)
  }

  /** Gives the object of the client (1). */
  #remember(key: string, peer: Peer): Peer {
    const former = this.#peers.get(key)
    if (former && former.updated > peer.updated) return former
    this.#downloaded -= hasDownloaded(former)
    const own = former ? Object.assign(former, peer, { status: peer.status ?? former.status }) : { ...peer }
    this.#downloaded += hasDownloaded(own)
    if (former) return own
    this.#peers.set(key, own)
    const others = this.#ofAddress.get(peer.ip) ?? new Set()
    this.#ofAddress.set(peer.ip, others.add(key))
    return own
  }

  #forget(key: string, peer: Peer): void {
    this.#downloaded -= hasDownloaded(peer)
    this.#peers.delete(key)
    const others = this.#ofAddress.get(peer.ip)
    others?.delete(key)
    if (others?.size === 0) this.#ofAddress.delete(peer.ip)
  }

  #tally(peer: Peer, by: number): void {
    const counted = countedAs(peer)
    if (counted) this[counted] += by
  }
}

/**
 * The seeders, then fresh peers at random, `most` in all; `random` gives numbers in 0..1.
 */
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

type Counted = 'complete' | 'incomplete'

/**
 * By its last event, as in the first Luna; but whoever started with the whole torrent, as a seeder does, has
 * it: a node that is alone is not to take the head for others that download.
 */
function countedAs({ status, left }: Peer): Counted | undefined {
  if (status === 'completed' || (status === 'started' && left === 0)) return 'complete'
  return status === 'started' ? 'incomplete' : undefined
}

function emptyList(): List {
  return { peers: [], places: new Map() }
}

function keyOf({ ip, port }: Peer): string {
  return `${ip} ${port}`
}

function hasDownloaded(peer: Peer | undefined): number {
  return peer?.status === 'completed' && peer.peerId !== seederId ? 1 : 0
}
