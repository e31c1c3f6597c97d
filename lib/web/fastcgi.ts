// The seam between FastCGI and the rest: requests and responses as plain values. What speaks the protocol (node-fastcgi,
// one connection per request) is known here and nowhere else.
import { chmod } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { createServer, type FastcgiRequest } from 'node-fastcgi'

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

// A web server that says nothing for so long has gone.
const idleLimit = 60_000

/** Answers FastCGI requests at an address. Rejects when it cannot be listened at. */
export async function serve(handler: Handler, address: Address): Promise<Listener> {
  const server = createServer((request, response) => {
    handler(plain(request)).then(
      (answer) => send(response, answer),
      () => response.destroy(),
    )
  })
  server.setTimeout(idleLimit)
  server.on('clientError', (_error, socket) => socket.destroy())
  await listening(server, address)
  // The user that nginx runs as need not be in our group. (A loopback port is open to all users, too.)
  if ('path' in address) await chmod(address.path, 0o666)
  return { close: () => closed(server) }
}

function plain(request: FastcgiRequest): Request {
  const { REQUEST_URI: uri = '', QUERY_STRING: query = '', REMOTE_ADDR: remote = '' } = request.cgiParams
  const at = uri.indexOf('?')
  return {
    method: request.method ?? '',
    path: at < 0 ? uri : uri.slice(0, at),
    query: at < 0 ? query : uri.slice(at + 1),
    remote,
  }
}

function send(response: ServerResponse, { status, type, body }: Response): void {
  const bytes = Buffer.from(body)
  // With the length, nobody takes an answer that was cut off for a whole one.
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
  })
  response.end(bytes)
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

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
