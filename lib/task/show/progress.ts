// How far a download is, as the torrent client of the node told the tracker. Its peer id is its host name,
// where that fits.
import type { Group } from '../../object/group.ts'
import { hostName, type Node } from '../../object/node.ts'
import { fitsPeerId, peerIdLength } from '../../object/peer-id.ts'
import type { Peer, Store } from '../../store/store.ts'
import type { Find } from '../find.ts'
import { secondsSince } from './age.ts'
import type { Facts } from './facts.ts'

/**
 * Percent of the download, and seconds since the last announce. Undefined while the node does not download or
 * its client has not announced. `interfaces`: the addresses of the node, by interface and version.
 */
export async function progressOf(
  { store, find, now }: { readonly store: Store; readonly find: Find; readonly now: Date },
  node: Node,
  group: Group | undefined,
  interfaces: Facts,
): Promise<{ readonly percent: number; readonly age: number } | undefined> {
  if (node.status?.step !== 'install.download') return undefined
  const domain = group?.domain ? await find('network', group.domain) : undefined
  const host = hostName(node, domain)
  const peer = fitsPeerId(host) ? await peerCalled(store, host) : await peerAt(store, interfaces)
  if (!peer || peer.updated < node.status.time) return undefined
  const whole = peer.downloaded + peer.left
  const percent = whole > 0 ? (100 * peer.downloaded) / whole : 0
  return { percent: Math.round(percent * 100) / 100, age: secondsSince(peer.updated, now) }
}

/** The newest record of the client of a host whose name fits a peer id. */
export async function peerCalled(store: Store, host: string): Promise<Peer | undefined> {
  return (await store.peerNamed(peerIdOf(host))) ?? (await store.peerNamed(peerIdOf(host, '-')))
}

/**
 * The newest client at an address of the node: the id of a long name is cut, and several nodes may have it.
 */
async function peerAt(store: Store, interfaces: Facts): Promise<Peer | undefined> {
  const addresses = new Set(Object.values(interfaces).flatMap((one) => Object.values(one ?? {})))
  return (await store.peers()).find(({ ip }) => addresses.has(ip))
}

/**
 * The peer id of a host whose name fits: right-aligned in 20 octets, in hexadecimal. Blanks fill it up, or
 * hyphens where the client is aria2, which drops leading blanks.
 */
export function peerIdOf(hostName: string, filler: ' ' | '-' = ' '): string {
  return Buffer.from(hostName.padStart(peerIdLength, filler)).subarray(0, peerIdLength).toString('hex')
}
