// Luna's own FastCGI responder: connections are kept and shared by several requests at once, within bounds.
//
// It is the default, and not the npm package node-fastcgi, for three reasons. Speed: behind the same nginx, a
// worker answers 2,635 to 3,462 discoveries per second of its processor time, with node-fastcgi 1,041 to
// 1,425, and over node:http 2,865 to 3,182 (1,000 to 10,000 nodes, embedded store; test/bench/RESULTS.md).
// Kept connections: node-fastcgi mixes up the answers. Bounds: node-fastcgi has none for parameters, bodies
// and requests, and a record of an unknown type ends the process.
import { createServer, type Server, type Socket } from 'node:net'
import { mostReportBytes } from '../../object/record/report.ts'
import {
  keepConnection,
  protocolStatus,
  RecordReader,
  readBegin,
  readPairs,
  recordType,
  responderRole,
  writeAnswer,
  writeEnd,
  writePairs,
  writeRecord,
  writeUnknownType,
} from './records.ts'

/** The response to a request: the head of CGI (RFC 3875, section 6), in latin1, and pieces of the body. */
export interface Answer {
  readonly head: string
  readonly body: readonly Uint8Array[]
}

/**
 * Answers a request by its wanted parameters, and the beginning of its body. When it rejects, the connection
 * is closed.
 */
export type Responder = (params: readonly (string | undefined)[], body: Buffer) => Promise<Answer>

export interface Limits {
  /** Parameters of one request, in bytes. */
  readonly params: number
  /** The body of one request, in bytes: what comes on top is read and dropped. */
  readonly body: number
  /** Requests at once in one connection. */
  readonly requests: number
  /** Milliseconds without a byte, after which a connection is closed. */
  readonly idle: number
}

// The web server must be the one to close idle connections (nginx: 30 s), or it may write into one that we
// just closed.
const usual: Limits = { params: 128 * 1024, body: mostReportBytes, requests: 256, idle: 90_000 }

export interface FastcgiServer {
  /** Not listening yet. */
  readonly server: Server
  /** Takes no connections or requests any more, and resolves when those in hand are answered. */
  close(): Promise<void>
}

/** A server that answers by `respond`, which gets the values of the parameters `wanted`, in that order. */
export function fastcgiServer(
  wanted: readonly string[],
  respond: Responder,
  limits: Partial<Limits> = {},
): FastcgiServer {
  const connections = new Set<Connection>()
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new Connection(socket, wanted, respond, { ...usual, ...limits })
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  })
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const connection of connections) connection.finish()
    })
  return { server, close }
}

/** A request that was begun and is not ended. */
interface PendingRequest {
  readonly id: number
  readonly keep: boolean
  params: Buffer[]
  size: number
  values: readonly (string | undefined)[] | undefined
  readonly body: Buffer[]
  room: number
  asked: boolean
}

class Connection {
  readonly #socket: Socket
  readonly #wanted: readonly string[]
  readonly #respond: Responder
  readonly #limits: Limits
  readonly #reader = new RecordReader()
  readonly #open = new Map<number, PendingRequest>()
  #finishing = false

  constructor(socket: Socket, wanted: readonly string[], respond: Responder, limits: Limits) {
    this.#socket = socket
    this.#wanted = wanted
    this.#respond = respond
    this.#limits = limits
    socket.setTimeout(limits.idle, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#open.clear())
    // Backpressure: no more requests are read while the peer does not read answers (see `#write`).
    socket.on('drain', () => socket.resume())
    socket.on('data', (chunk) => {
      if (!this.#reader.read(chunk, this.#onRecord)) socket.destroy()
    })
  }

  finish(): void {
    this.#finishing = true
    if (this.#open.size === 0) this.#socket.end()
  }

  /** False when the peer breaks the protocol: the connection is closed then. */
  readonly #onRecord = (type: number, id: number, content: Buffer): boolean => {
    if (id === 0) return this.#onManagement(type, content)
    if (type === recordType.begin) return this.#begin(id, content)
    const request = this.#open.get(id)
    // Records of a request that has ended may still be on their way.
    if (!request) return true
    if (type === recordType.params) return this.#parameters(request, content)
    if (type === recordType.stdin)
      return content.length > 0 ? keep(request, content) : this.#dispatch(request)
    if (type === recordType.abort) this.#end(request, protocolStatus.complete)
    return true
  }

  #onManagement(type: number, content: Buffer): boolean {
    if (type !== recordType.getValues) return this.#write(writeUnknownType(type))
    const known = { FCGI_MAX_CONNS: '4096', FCGI_MAX_REQS: '4096', FCGI_MPXS_CONNS: '1' }
    const asked = readPairs(content, Object.keys(known))
    if (!asked) return false
    const pairs = Object.entries(known).filter((_, at) => asked[at] !== undefined)
    return this.#write(writeRecord(recordType.getValuesResult, 0, writePairs(pairs)))
  }

  #begin(id: number, content: Buffer): boolean {
    const begin = readBegin(content)
    if (!begin || this.#open.has(id)) return false
    const keep = (begin.flags & keepConnection) !== 0
    const empty = { params: [], size: 0, values: undefined, body: [], room: this.#limits.body }
    const request: PendingRequest = { id, keep, ...empty, asked: false }
    const full = this.#open.size >= this.#limits.requests
    if (begin.role !== responderRole) this.#end(request, protocolStatus.unknownRole)
    else if (full) this.#end(request, protocolStatus.overloaded)
    else this.#open.set(id, request)
    return true
  }

  #parameters(request: PendingRequest, content: Buffer): boolean {
    if (request.values) return false
    request.size += content.length
    if (request.size > this.#limits.params) return false
    if (content.length > 0) {
      request.params.push(content)
      return true
    }
    const [first] = request.params
    const stream = first && request.params.length === 1 ? first : Buffer.concat(request.params)
    request.params = []
    request.values = readPairs(stream, this.#wanted)
    return request.values !== undefined
  }

  /** The request is complete. Its body is read to the end: the web server has sent all of it by then. */
  #dispatch(request: PendingRequest): boolean {
    if (!request.values || request.asked) return false
    request.asked = true
    this.#respond(request.values, Buffer.concat(request.body)).then(
      ({ head, body }) => this.#answer(request, head, body),
      () => this.#socket.destroy(),
    )
    return true
  }

  #answer(request: PendingRequest, head: string, body: Answer['body']): void {
    if (this.#open.get(request.id) !== request) return
    this.#open.delete(request.id)
    this.#socket.cork()
    for (const piece of writeAnswer(request.id, head, body)) this.#write(piece)
    this.#socket.uncork()
    this.#closeIfDone(request)
  }

  #end(request: PendingRequest, status: number): void {
    this.#open.delete(request.id)
    this.#write(writeEnd(request.id, status))
    this.#closeIfDone(request)
  }

  #closeIfDone({ keep }: PendingRequest): void {
    if (!keep || (this.#finishing && this.#open.size === 0)) this.#socket.end()
  }

  #write(bytes: Uint8Array): true {
    if (this.#socket.writable && !this.#socket.write(bytes)) this.#socket.pause()
    return true
  }
}

/** Keeps a part of the body, as far as there is room. A copy: it would keep all that came with it. */
function keep(request: PendingRequest, content: Buffer): true {
  if (request.room > 0) request.body.push(Buffer.from(content.subarray(0, request.room)))
  request.room = Math.max(0, request.room - content.length)
  return true
}
