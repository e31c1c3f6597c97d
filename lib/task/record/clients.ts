// The torrent clients of nodes as the tracker knows them, followed: an announce that was read is not read
// again.
import { type Peer, type Store, ttl } from '../../store/store.ts'

// Announces this much older than the last reading are read again, in milliseconds: writing takes time, and
// clocks of heads differ.
const overlap = 2000

/** The newest record of each client, by its peer id and by its address. */
export interface KnownClients {
  readonly byName: ReadonlyMap<string, Peer>
  readonly byAddress: ReadonlyMap<string, Peer>
}

export class Clients {
  // By what the store has one record of.
  readonly #peers = new Map<string, Peer>()
  #read: number | undefined

  /** What is known now. Reads what is new; at first all. */
  async read(store: Store, now: Date): Promise<KnownClients> {
    const time = now.getTime()
    const since = this.#read === undefined ? 0 : Math.min(this.#read, time) - overlap
    for (const peer of await store.peersSince(undefined, new Date(since)))
      this.#peers.set(`${peer.infoHash} ${peer.ip} ${peer.port}`, peer)
    this.#read = time
    const [byName, byAddress] = [new Map<string, Peer>(), new Map<string, Peer>()]
    for (const [key, peer] of this.#peers) {
      if (time - peer.updated.getTime() >= ttl.peers) this.#peers.delete(key)
      else {
        keepNewest(byName, peer.peerId, peer)
        keepNewest(byAddress, peer.ip, peer)
      }
    }
    return { byName, byAddress }
  }
}

function keepNewest(peers: Map<string, Peer>, key: string, peer: Peer): void {
  const present = peers.get(key)
  if (!present || present.updated < peer.updated) peers.set(key, peer)
}
