// What expires: MAC addresses learned from switches (collection `switch_mac`) and torrent peers (`tracker`),
// as documents and back.
import { type Document, Int32, ObjectId } from 'bson'
import { parseMac } from '../../object/net/mac.ts'
import type { Where, Write } from '../backend.ts'
import type { Learned, Peer } from '../store.ts'
import { idOf, integerOf, narrow } from './values.ts'

/** What a switch saw; undefined when the document is damaged. */
export function readLearned(document: Document): Learned | undefined {
  const id = idOf(document.switch_id)
  const mac = typeof document.mac === 'string' ? parseMac(document.mac) : undefined
  const { updated } = document
  if (!id || !mac || !(updated instanceof Date)) return undefined
  const port = textOf(document.port)
  return { switch: id, mac, port, portname: textOf(document.portname) || port, updated }
}

/** A torrent client; undefined when the document is damaged. */
export function readPeer(document: Document): Peer | undefined {
  const { info_hash: infoHash, ip, updated, peer_id: peerId, status } = document
  const port = integerOf(document.port)
  if (typeof infoHash !== 'string' || typeof ip !== 'string' || !(updated instanceof Date)) return undefined
  if (port === undefined || typeof peerId !== 'string') return undefined
  const [uploaded, downloaded, left] = [document.uploaded, document.downloaded, document.left].map((value) =>
    Number(integerOf(value) ?? 0),
  )
  return {
    infoHash,
    ip,
    port: Number(port),
    peerId,
    uploaded: uploaded ?? 0,
    downloaded: downloaded ?? 0,
    left: left ?? 0,
    status: typeof status === 'string' && status !== '' ? status : null,
    updated,
  }
}

type Upsert = Extract<Write, { op: 'upsert' }>

/** Puts down what a switch saw, over what it had seen at the same port. */
export function learnedWrite({ switch: id, mac, port, portname, updated }: Learned): Upsert {
  const key: Where = { switch_id: new ObjectId(id), mac, port, portname }
  return { op: 'upsert', collection: 'switch_mac', key, set: { updated } }
}

/** Puts down a peer. The key has the port as a number of JavaScript: see `keyFields`. */
export function peerWrite(peer: Peer): Upsert {
  const { infoHash, ip, port, peerId, status, updated } = peer
  const set = {
    peer_id: peerId,
    uploaded: narrow(peer.uploaded),
    downloaded: narrow(peer.downloaded),
    left: narrow(peer.left),
    ...(status !== null && { status }),
    updated,
  }
  return { op: 'upsert', collection: 'tracker', key: { info_hash: infoHash, ip, port }, set }
}

/** The fields of a new document that has the key: numbers as int32. */
export function keyFields(key: Where): Document {
  const fields = Object.entries(key).map(([path, value]) => [
    path,
    typeof value === 'number' ? new Int32(value) : value,
  ])
  return Object.fromEntries(fields) as Document
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (integerOf(value)?.toString() ?? '')
}
