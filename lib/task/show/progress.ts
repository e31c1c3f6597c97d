// How far a download is, as the torrent client of the node told the tracker. Its peer id is its host name.
import type { Group } from '../../object/group.ts'
import { hostName, type Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import type { Find } from '../find.ts'
import { secondsSince } from './age.ts'

const peerIdLength = 20

/**
 * Percent of the download, and seconds since the last announce. Undefined while the node does not download or
 * its client has not announced.
 */
export async function progressOf(
  store: Store,
  node: Node,
  group: Group | undefined,
  find: Find,
  now: Date,
): Promise<{ readonly percent: number; readonly age: number } | undefined> {
  if (node.status?.step !== 'install.download') return undefined
  const domain = group?.domain ? await find('network', group.domain) : undefined
  const host = hostName(node, domain)
  const peer = (await store.peerNamed(peerIdOf(host))) ?? (await store.peerNamed(peerIdOf(host, '-')))
  if (!peer || peer.updated < node.status.time) return undefined
  const whole = peer.downloaded + peer.left
  const percent = whole > 0 ? (100 * peer.downloaded) / whole : 0
  return { percent: Math.round(percent * 100) / 100, age: secondsSince(peer.updated, now) }
}

/**
 * The peer id of a host, in hexadecimal: its name, right-aligned in 20 octets, or the first 20 of a longer
 * one. It is padded with blanks, or with hyphens by aria2, which drops leading blanks.
 */
export function peerIdOf(hostName: string, filler: ' ' | '-' = ' '): string {
  return Buffer.from(hostName.padStart(peerIdLength, filler)).subarray(0, peerIdLength).toString('hex')
}
