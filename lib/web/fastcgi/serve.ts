// The seam between FastCGI and the rest: requests and responses as plain values. What speaks the protocol is known here and
// nowhere else.
import { chmod } from 'node:fs/promises'
import { STATUS_CODES } from 'node:http'
import type { Server } from 'node:net'
import { heardHttp } from './heard-http.ts'
import { type Answer, fastcgiServer } from './server.ts'

export interface Request {
  readonly method: string
  /** The path of the URL as it was sent, without the query. */
  readonly path: string
  /** What follows the `?`, as it was sent. */
  readonly query: string
  /** The address of the client, as the web server saw it. */
  readonly remote: string
}

export interface Response {
  readonly status: number
  /** Content type. */
  readonly type: string
  readonly body: string | Uint8Array
}

/** Answers a request; never rejects. */
export type Handler = (request: Request) => Promise<Response>

/** Where to listen: a loopback port or a unix socket. */
export type Address = { readonly port: number } | { readonly path: string }

export interface Listener {
  /** Takes no new requests, finishes those in hand, and resolves when all are answered. */
  close(): Promise<void>
}

/** What a request is known by: parameters that nginx is told to send. */
const params = ['REQUEST_METHOD', 'REQUEST_URI', 'QUERY_STRING', 'REMOTE_ADDR'] as const

/**
 * Answers FastCGI requests at an address. Rejects when it cannot be listened at. `http` is called, once in a few minutes, when
 * somebody speaks HTTP instead.
 */
export async function serve(handler: Handler, address: Address, http = () => {}): Promise<Listener> {
  const { server, close } = fastcgiServer(params, async (values) => answerOf(await handler(plain(values))))
  heardHttp(server, http)
  await listening(server, address)
  // The user that nginx runs as need not be in our group. (A loopback port is open to all users, too.)
  if ('path' in address) await chmod(address.path, 0o666)
  return { close }
}

/** In the order of `params`. */
function plain([method = '', uri = '', query = '', remote = '']: readonly (string | undefined)[]): Request {
  const at = uri.indexOf('?')
  if (at < 0) return { method, path: uri, query, remote }
  return { method, path: uri.slice(0, at), query: uri.slice(at + 1), remote }
}

function answerOf({ status, type, body }: Response): Answer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  // With the length, nobody takes an answer that was cut off for a whole one.
  const lines = [
    `Status: ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${type}`,
    `Content-Length: ${bytes.length}`,
    'Cache-Control: no-store',
  ]
  return { head: `${lines.join('\r\n')}\r\n\r\n`, body: bytes }
}

function listening(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen('path' in address ? address : { host: '127.0.0.1', port: address.port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
