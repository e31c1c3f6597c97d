// Requests of torrent clients and their answers as bytes: announce (BEP 3, 7, 23) and scrape (BEP 48).
import { LunaError } from '../error.ts'
import { formatIp, parseIp } from '../object/net/address.ts'
import type { Peer } from '../store/store.ts'
import { type Scraped, seederId } from '../task/torrent/swarm.ts'
import type { Announced, Told } from '../task/torrent/tracker.ts'
import { type Bencodable, bencode } from './bencode.ts'
import { allBytesOf, bytesOf, numberOf, type Query, textOf } from './query.ts'

export interface AnnounceRequest extends Announced {
  readonly compact: boolean
  /** The answer holds it as it came. */
  readonly trackerId: string
}

const mostTorrents = 50

/** Where an announce came from. */
export interface Announcer {
  readonly remote: string
  /** A head or this machine: it may say another address, and that it is the server's seeder. */
  readonly head: boolean
}

/**
 * Reads an announce. An address that it says counts where it comes from a head, else nodes would be sent to
 * anybody. Throws LunaError `invalid`, whose text the client gets as the failure reason.
 */
export function parseAnnounce(query: Query, { remote, head }: Announcer): AnnounceRequest {
  const infoHash = twentyBytes(query, 'info_hash')
  const peerId = twentyBytes(query, 'peer_id')
  if (peerId === seederId && !head)
    throw new LunaError('invalid', 'this peer id is that of the heads', { fix: null })
  if (textOf(query, 'port') === undefined) throw new LunaError('invalid', 'missing port', { fix: null })
  const peer = {
    infoHash,
    peerId,
    ip: addressOf(head ? textOf(query, 'ip') : undefined, remote),
    port: numberOf(query, 'port', 0, 0, 65_535),
    uploaded: numberOf(query, 'uploaded', 0),
    downloaded: numberOf(query, 'downloaded', 0),
    left: numberOf(query, 'left', 0),
    status: eventOf(query),
  }
  return {
    peer,
    numwant: numberOf(query, 'numwant', 50),
    compact: numberOf(query, 'compact', 0) === 1,
    trackerId: (textOf(query, 'trackerid') ?? '').slice(0, 100),
  }
}

/** Reads the info hashes of a scrape, in hexadecimal. Throws LunaError `invalid`. */
export function parseScrape(query: Query): string[] {
  const hashes = allBytesOf(query, 'info_hash')
  if (hashes.length > mostTorrents)
    throw new LunaError('invalid', `more than ${mostTorrents} torrents`, { fix: null })
  if (hashes.some((hash) => hash.length !== 20))
    throw new LunaError('invalid', 'info_hash is not 20 bytes', { fix: null })
  return [...new Set(hashes.map((hash) => hash.toString('hex')))]
}

function twentyBytes(query: Query, name: string): string {
  const bytes = bytesOf(query, name)
  if (!bytes) throw new LunaError('invalid', `missing ${name}`, { fix: null })
  if (bytes.length !== 20) throw new LunaError('invalid', `${name} is not 20 bytes`, { fix: null })
  return bytes.toString('hex')
}

/** The address that a head names, else the one that the request came from. IPv4 is never in IPv6 form. */
function addressOf(said: string | undefined, remote: string): string {
  const own = said === undefined ? undefined : parseIp(said)
  const ip = own && own.value !== 0n ? own : parseIp(remote)
  if (!ip) throw new LunaError('invalid', 'the address of the client is not known', { fix: null })
  const mapped = ip.version === 6 && ip.value >> 32n === 0xffffn
  return mapped ? formatIp(4, ip.value & 0xffff_ffffn) : formatIp(ip.version, ip.value)
}

function eventOf(query: Query): string | null {
  const event = textOf(query, 'event')
  return event && /^[a-z]{1,20}$/.test(event) ? event : null
}

/** The answer to an announce. */
export function announceAnswer(told: Told, { compact, trackerId }: AnnounceRequest): Buffer {
  const answer = new Map<string, Bencodable>([
    ['complete', told.complete],
    ['incomplete', told.incomplete],
    ['interval', told.interval],
    ['min interval', told.minInterval],
    ['tracker id', trackerId],
  ])
  if (!compact) return bencode(answer.set('peers', told.peers.map(listed)))
  const { four, six } = packed(told.peers)
  answer.set('peers', four)
  return bencode(six.length > 0 ? answer.set('peers6', six) : answer)
}

/** The answer to a client that gets no peers, with the reason (BEP 3). */
export function failureAnswer(reason: string): Buffer {
  return bencode(new Map([['failure reason', reason]]))
}

/** The answer to a scrape; `de` when the client asked for no torrent, as the first Luna answers. */
export function scrapeAnswer(figures: ReadonlyMap<string, Scraped>, asked: boolean): Buffer {
  if (!asked) return bencode(new Map())
  const files = [...figures].map(([hash, figure]) => {
    const key = Buffer.from(hash, 'hex').toString('latin1')
    return [key, new Map(Object.entries({ ...figure }))] as const
  })
  return bencode(new Map([['files', new Map(files)]]))
}

function listed(peer: Peer): Bencodable {
  return new Map<string, Bencodable>([
    ['peer_id', Buffer.from(peer.peerId, 'hex')],
    ['ip', peer.ip],
    ['port', peer.port],
  ])
}

/** Address and port of peers in network byte order: 6 bytes each for IPv4 (BEP 23), 18 for IPv6 (BEP 7). */
function packed(peers: readonly Peer[]): { readonly four: Buffer; readonly six: Buffer } {
  const endpoints = peers.map(endpointOf)
  const ofLength = (length: number) => endpoints.filter((endpoint) => endpoint.length === length).join('')
  return { four: Buffer.from(ofLength(6), 'latin1'), six: Buffer.from(ofLength(18), 'latin1') }
}

// A peer is in the answers to many others. The bytes are characters (latin1).
const endpoints = new WeakMap<Peer, string>()

function endpointOf(peer: Peer): string {
  const present = endpoints.get(peer)
  if (present !== undefined) return present
  const ip = parseIp(peer.ip)
  const digits = ip ? ip.value.toString(16).padStart(ip.version === 4 ? 8 : 32, '0') : ''
  const hex = ip ? digits + peer.port.toString(16).padStart(4, '0') : ''
  const endpoint = Buffer.from(hex, 'hex').toString('latin1')
  endpoints.set(peer, endpoint)
  return endpoint
}
