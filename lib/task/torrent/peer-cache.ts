// The peers of torrents in the memory of one process, so that what an announce costs does not grow with the
// number of nodes, nor with what somebody makes up. Announces that other processes record are read every
// second, and only those that are new. When the version of the database has changed, all is read anew.
import { type Peer, type Store, ttl } from '../../store/store.ts'
import { type Peers, type Scraped, Swarm, seederId } from './swarm.ts'

// Milliseconds between two readings: one for each announce that the last reading gave, within these bounds.
const readInterval = { shortest: 1000, longest: 5000 }
// Announces this much older than the last reading are read again: writing takes time, and clocks of heads
// differ.
const overlap = 1000

/**
 * Torrents that a process keeps; of those that no head seeds fewer, and few of one address: anybody can make
 * them up.
 */
const mostTorrents = { all: 500, unknown: 50, ofAddress: 5 } as const
/** Peers of a torrent, or twice the number of nodes where that is more. */
const leastPeers = 1000

interface CachedTorrent {
  readonly swarm: Swarm
  /** Who made it up, while no head seeds it. */
  readonly by: string
  /** Of the store, at the last announce. */
  readonly version: string
  /** When the store was last read, and how many milliseconds later it is read again. */
  read: number
  pause: number
  reading: Promise<void> | undefined
  /** At the last announce, in milliseconds. */
  asked: number
}

/** What an answer depends on. */
export interface Asking {
  /** Between two announces of a client, in seconds. */
  readonly interval: number
  /** Of the objects of the store. */
  readonly version: string
  readonly now: Date
}

/** What is known for the answer to an announce. */
export interface Admitted {
  readonly peers: Peers
  /** The announce is to be recorded: its client is one of `peers`. */
  readonly recorded: boolean
}

/** The peers of all torrents that this process knows. */
export class PeerCache {
  readonly #store: Store
  readonly #known = new Map<string, CachedTorrent>()
  #nodes: { readonly version: string; readonly count: number } | undefined

  constructor(store: Store) {
    this.#store = store
  }

  /**
   * The peers of a torrent with `own` among them, unless there are too many already: then its client gets
   * peers all the same, and is told to nobody. Others are those of a moment ago.
   */
  async with(own: Peer, asking: Asking): Promise<Admitted> {
    const { now, version } = asking
    const present = this.#known.get(own.infoHash) ?? (await this.#newTorrent(own, now))
    if (!present) return { peers: new Swarm(), recorded: false }
    const known = await this.#follow(own.infoHash, present, asking)
    known.asked = now.getTime()
    const { swarm } = known
    const recorded =
      swarm.has(own) ||
      (swarm.hasRoomFor(own, now) &&
        (swarm.size < leastPeers || swarm.size < 2 * (await this.#nodeCount(version))))
    if (recorded) swarm.add(own)
    return { peers: swarm, recorded }
  }

  /** The figures of a torrent; undefined where nobody has announced it. */
  async scraped(infoHash: string, asking: Asking): Promise<Scraped | undefined> {
    let known = this.#known.get(infoHash)
    if (!known) {
      // Nothing is kept of what was only asked for.
      if ((await this.#store.peersSince(infoHash, new Date(0))).length === 0) return undefined
      known = this.#keep(infoHash, '')
    }
    return (await this.#follow(infoHash, known, asking)).swarm.scraped()
  }

  /** Reads what is new, once it is time; gives the torrent as it is known at that version. */
  async #follow(infoHash: string, present: CachedTorrent, asking: Asking): Promise<CachedTorrent> {
    const { interval, version, now } = asking
    const known = this.#at(version, infoHash, present)
    const age = Math.abs(now.getTime() - known.read)
    if (age >= known.pause) known.reading ??= this.#read(infoHash, known, interval, now)
    // Of few peers none may be missed, so the reading is waited for. Of a crowd, the peers of a moment ago
    // are as good.
    if (known.pause <= readInterval.shortest || age >= 2 * readInterval.longest) await known.reading
    else known.reading?.catch(() => undefined)
    return known
  }

  /**
   * Another version may be another database: `luna db import` replaces it. What was known is replaced, too,
   * and not emptied: a reading that is under way belongs to the former one.
   */
  #at(version: string, infoHash: string, present: CachedTorrent): CachedTorrent {
    const known = this.#known.get(infoHash) ?? present
    if (known.version === version) return known
    const anew = { ...known, swarm: new Swarm(), version, read: 0, pause: 0, reading: undefined }
    this.#known.set(infoHash, anew)
    return anew
  }

  /** Room for a torrent that is announced for the first time; undefined where there is none. */
  async #newTorrent(own: Peer, now: Date): Promise<CachedTorrent | undefined> {
    const { ip, infoHash, peerId } = own
    const old = now.getTime() - ttl.peers
    const unknown = [...this.#known].filter(([, { swarm }]) => !swarm.isKnown)
    for (const [hash, { asked }] of unknown) if (asked < old) this.#known.delete(hash)
    const live = unknown.filter(([hash]) => this.#known.has(hash))
    const full =
      live.length >= mostTorrents.unknown ||
      live.filter(([, { by }]) => by === ip).length >= mostTorrents.ofAddress
    if (full && peerId !== seederId && !(await this.#isSeeded(infoHash))) return undefined
    return this.#keep(infoHash, ip)
  }

  async #isSeeded(infoHash: string): Promise<boolean> {
    return (await this.#store.peersSince(infoHash, new Date(0))).some(({ peerId }) => peerId === seederId)
  }

  #keep(infoHash: string, by: string): CachedTorrent {
    const present = this.#known.get(infoHash)
    if (present) return present
    const [oldest] = this.#known.keys()
    if (oldest !== undefined && this.#known.size >= mostTorrents.all) this.#known.delete(oldest)
    const times = { version: '', read: 0, pause: 0, asked: 0 }
    const known: CachedTorrent = { swarm: new Swarm(), by, ...times, reading: undefined }
    this.#known.set(infoHash, known)
    return known
  }

  async #read(infoHash: string, known: CachedTorrent, interval: number, now: Date): Promise<void> {
    try {
      const since = new Date(Math.max(0, Math.min(known.read, now.getTime()) - overlap))
      const found = await this.#store.peersSince(infoHash, since)
      known.swarm.remember(found)
      known.swarm.recount(ttl.peers, interval, now)
      known.pause = Math.min(readInterval.longest, Math.max(readInterval.shortest, found.length))
      known.read = now.getTime()
    } finally {
      known.reading = undefined
    }
  }

  /** How many nodes there are at that version of the store. */
  async #nodeCount(version: string): Promise<number> {
    if (this.#nodes?.version !== version)
      this.#nodes = { version, count: (await this.#store.names('node')).length }
    return this.#nodes.count
  }
}
