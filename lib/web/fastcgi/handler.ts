// The seam between FastCGI and the rest of lweb: requests and responses as plain values, and where to listen.
import { chmod } from 'node:fs/promises'
import type { Server } from 'node:net'
import { heardHttp } from './heard-http.ts'

export interface Request {
  readonly method: string
  /** The path of the URL as it was sent, without the query. */
  readonly path: string
  /** What follows the `?`, as it was sent. */
  readonly query: string
  /** The address of the client, as the web server saw it. */
  readonly remote: string
  /** The port of the client. 0 when it is not known. */
  readonly port: number
  /** The header Luna-Token; '' where there is none. */
  readonly token: string
  /** What shows that the web server asks; '' when nothing does. */
  readonly key: string
  /** The `If-None-Match` of the client: tags of answers that it has (RFC 9110, section 13.1.2). */
  readonly match: string
  /** The beginning of what came with it. */
  readonly body?: Buffer
}

/** The parameters of FastCGI that a request is made of, in the order of `requestOf`. */
export const requestParams = [
  'REQUEST_METHOD',
  'REQUEST_URI',
  'QUERY_STRING',
  'REMOTE_ADDR',
  'REMOTE_PORT',
  'LUNA_KEY',
  'HTTP_IF_NONE_MATCH',
  'HTTP_LUNA_TOKEN',
] as const

export interface Response {
  readonly status: number
  /** Content type. */
  readonly type: string
  /** Text, bytes, or pieces, which are written one after the other and may be shared between answers. */
  readonly body: string | Uint8Array | readonly Uint8Array[]
  /** What tells the answer from another one: clients may keep it, and ask whether it still stands. */
  readonly etag?: string
}

/** Answers a request; never rejects. */
export type Handler = (request: Request) => Promise<Response>

/**
 * Where to listen: a loopback port, a unix socket, or a socket that is open already (a descriptor of the
 * leader).
 */
export type Address = { readonly port: number } | { readonly path: string } | { readonly fd: number }

export interface Listener {
  /** Takes no new requests, finishes those in hand, and resolves when all are answered. */
  close(): Promise<void>
}

/** The request with the values of `requestParams` that nginx sends. */
export function requestOf(values: readonly (string | undefined)[]): Request {
  const [method = '', uri = '', query = '', remote = '', from = '', key = '', match = '', token = ''] = values
  const at = uri.indexOf('?')
  const port = /^\d{1,5}$/.test(from) ? Number(from) : 0
  const who = { remote, port, key, match, token: token.slice(0, 200) }
  if (at < 0) return { method, path: uri, query, ...who }
  return { method, path: uri.slice(0, at), query: uri.slice(at + 1), ...who }
}

/** The pieces of a body. */
export function piecesOf(body: Response['body']): readonly Uint8Array[] {
  if (typeof body === 'string') return [Buffer.from(body)]
  return body instanceof Uint8Array ? [body] : body
}

/** The header fields of a response whose body has so many bytes. */
export function headersOf({ status, type, etag }: Response, length: number): Record<string, string> {
  const kept =
    etag === undefined ? { 'Cache-Control': 'no-store' } : { 'Cache-Control': 'no-cache', ETag: etag }
  if (status === 304) return kept
  // With the length, a client that gets only a part of the answer does not take it for the whole.
  return { 'Content-Type': type, 'Content-Length': String(length), ...kept }
}

/**
 * Resolves when the server listens at the address, and has `http` called for who speaks HTTP to it. Rejects
 * when the address is in use or not allowed.
 */
export async function listenAt(server: Server, address: Address, http: () => void): Promise<void> {
  heardHttp(server, http)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen('port' in address ? { host: '127.0.0.1', port: address.port } : address, () => {
      server.off('error', reject)
      resolve()
    })
  })
  // The user that nginx runs as need not be in our group. (A loopback port is open to all users, too.)
  if ('path' in address) await chmod(address.path, 0o666)
}
