// How much a node has got by BitTorrent, as its client told the tracker.
import { hostName, type Node } from '../../object/node.ts'
import { fitsPeerId } from '../../object/peer-id.ts'
import type { Boot, BootEvent } from '../../object/record/boot.ts'
import type { Peer, Store } from '../../store/store.ts'
import { type Find, finder, groupOf, makeOnce } from '../find.ts'
import { peerCalled } from '../show/progress.ts'

/** The step that ends a download: the node has all of it. */
const ending = 'install.unpack'

/** Finds clients for one writing of boots: what nodes have in common is read once. */
export class Downloads {
  readonly #store: Store
  readonly #find: Find
  readonly #once = makeOnce()

  constructor(store: Store) {
    this.#store = store
    this.#find = finder(store)
  }

  /**
   * What the download of a boot came to, when the event ends it: a word more about the step that it was.
   * Undefined when it ends none, or when the client of the node has not announced since it began.
   */
  async endedBy({ node: id, step, time }: BootEvent, { steps, asker }: Boot): Promise<BootEvent | undefined> {
    const download = steps.findLast((one) => one.step === 'install.download')
    if (step !== ending || !download || download.bytes !== undefined) return undefined
    const node = await this.#store.find('node', id)
    const peer = node && (await this.#peerOf(node, asker?.address))
    if (!peer || peer.updated.getTime() < download.time) return undefined
    const bytes = peer.downloaded + peer.left
    return { node: id, ...download, bytes, seconds: (time - download.time) / 1000 }
  }

  /** By the peer id, which is the host name; where that is cut, by the address that the node asked from. */
  async #peerOf(node: Node, address: string | undefined): Promise<Peer | undefined> {
    const group = await groupOf(this.#find, node)
    const host = hostName(node, group?.domain ? await this.#find('network', group.domain) : undefined)
    if (fitsPeerId(host)) return await peerCalled(this.#store, host)
    const peers = await this.#once('peers', () => this.#store.peers())
    return peers.find(({ ip }) => ip === address)
  }
}
