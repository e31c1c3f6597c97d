// A Redfish service below the level of HTTP libraries: every answer is bytes of the test's own, and the
// connection ends as it says.
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createPlain } from 'node:net'
import { createServer } from 'node:tls'
import { certificate } from './redfish-service.ts'

export interface RawRequest {
  readonly method: string
  readonly path: string
  /** With names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** How many requests came before it, at all and on its connection. */
  readonly count: number
  readonly reused: number
}

/** Bytes; after them the connection is kept, closed, or broken off. Without bytes nothing is answered. */
export interface RawAnswer {
  readonly bytes?: string | Buffer
  readonly after?: 'keep' | 'end' | 'break'
  /** Milliseconds between two bytes. */
  readonly drip?: number
}

export interface RawService {
  readonly port: number
  /** `GET /redfish/v1/`, a line each. */
  readonly asked: string[]
  stop(): Promise<void>
}

/** Starts it on a loopback port; with `plain` it speaks HTTP without TLS. */
export async function startRaw(
  answer: (request: RawRequest) => RawAnswer,
  { plain = false }: { plain?: boolean } = {},
): Promise<RawService> {
  const asked: string[] = []
  const open = new Set<Socket>()
  const onConnection = (socket: Socket) => {
    open.add(socket)
    let buffered = ''
    let reused = 0
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    socket.on('data', (bytes: Buffer) => {
      // A greeting of TLS is no request, and is answered all the same.
      buffered += plain ? '? ? ?\r\n\r\n' : bytes.toString('latin1')
      for (let request = requestIn(buffered); request; request = requestIn(buffered)) {
        buffered = buffered.slice(request.length)
        asked.push(`${request.method} ${request.path}`)
        send(socket, answer({ ...request, count: asked.length - 1, reused: reused++ }))
      }
    })
  }
  const server: Server = plain ? createPlain(onConnection) : createServer(certificate(), onConnection)
  if (!plain) server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

type Parsed = Omit<RawRequest, 'count' | 'reused'> & { readonly length: number }

/** The first whole request, if there is one. */
function requestIn(text: string): Parsed | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const [method = '', path = ''] = first.split(' ')
  const headers = new Map(
    lines.map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: */, '')]),
  )
  const length = end + 4 + Number(headers.get('content-length') ?? 0)
  return text.length < length
    ? undefined
    : { method, path, headers, body: text.slice(end + 4, length), length }
}

function send(socket: Socket, { bytes, after = 'keep', drip }: RawAnswer): void {
  const end = () => {
    if (after === 'end') socket.end()
    if (after === 'break') socket.destroy()
  }
  if (bytes === undefined) end()
  else if (drip === undefined) socket.write(bytes, end)
  else dripping(socket, bytes, drip)
}

function dripping(socket: Socket, bytes: string | Buffer, pause: number): void {
  let at = 0
  const timer = setInterval(() => socket.write(bytes.slice(at, ++at)), pause)
  socket.on('close', () => clearInterval(timer))
}

/** An answer of HTTP/1.1 with Content-Length. */
export function http(
  status: number,
  body: unknown = '',
  fields: Readonly<Record<string, string>> = {},
): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} Word\r\nContent-Length: ${Buffer.byteLength(text)}\r\n${lines.join('')}\r\n${text}`
}
