// One announce of the seeder to an HTTP tracker (BEP 3).
import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'
import { LunaError } from '../error.ts'
import { bdecodeDictionary, integerOf, textOf } from '../host/image/bdecode.ts'

export interface Announcement {
  /** The tracker. */
  readonly url: string
  /** 40 hexadecimal digits. */
  readonly infoHash: string
  /** The address and port that peers reach the seeder at. */
  readonly address: string
  readonly port: number
  readonly uploaded: number
  readonly event?: 'started' | 'stopped'
}

/**
 * The peer id of the server's own seeders, by which trackers of Luna know them, those of the first Luna too.
 */
export const peerId = 'lunalunalunalunaluna'

const requestTimeout = 5000
const largestAnswer = 65_536

/**
 * Announces. Gives the seconds until the next announce, when the tracker says. Throws LunaError
 * `unavailable`.
 */
export async function announceTo(announcement: Announcement): Promise<number | undefined> {
  try {
    const answer = bdecodeDictionary(await fetchBytes(announceUrl(announcement)))
    const failure = textOf(answer, 'failure reason')
    if (failure === undefined) return integerOf(answer, 'interval')
    throw new Error(failure)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message || String(cause) : String(cause)
    const { url } = announcement
    throw new LunaError('unavailable', `the tracker ${url} did not take the announce`, {
      why,
      fix: null,
      cause,
    })
  }
}

/** The URL of an announce; pure. */
export function announceUrl(announcement: Announcement): URL {
  const { infoHash, address, port, uploaded, event } = announcement
  const fields = {
    info_hash: infoHash.replace(/../g, '%$&'),
    peer_id: peerId,
    ip: encodeURIComponent(address),
    port,
    uploaded,
    downloaded: 0,
    left: 0,
    compact: 1,
    // A seeder needs no peers: they connect to it.
    numwant: 0,
    ...(event && { event }),
  }
  const query = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
  return new URL(`${announcement.url}?${query.join('&')}`)
}

async function fetchBytes(url: URL): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    // The certificate is of our own head and often self-signed; nothing in the request or the answer is
    // secret.
    const options = {
      timeout: requestTimeout,
      signal: AbortSignal.timeout(requestTimeout),
      rejectUnauthorized: false,
      agent: false,
    }
    const get = url.protocol === 'https:' ? getHttps : getHttp
    const request = get(url, options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > largestAnswer) request.destroy(new Error('its answer is too long'))
        else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks))
        else reject(new Error(`HTTP status ${response.statusCode}`))
      })
    })
    request.on('error', reject)
  })
}
