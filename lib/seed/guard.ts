// What no peer may do to the seeder. webtorrent has no setting for any of it: a peer can announce a message
// of two gigabytes, and hold as many connections as it likes.
import type { Server, Socket } from 'node:net'
import type WebTorrent from 'webtorrent'
import type { Prefix } from '../object/net/address.ts'
import { isServed, plainIp } from '../object/net/served.ts'

/** Connections of one address; a node has one, and another for the moment between two clients. */
const mostConnections = 8
/** Requests that wait at one connection; clients have some hundreds at most. */
const mostRequests = 2048
// A message with a block of 16 KiB is the longest that is usual (BEP 3): length prefix aside, 9 bytes more.
const usualMessage = 16_384 + 9

/** Who may connect, and how often. */
export class Doorkeeper {
  #served: readonly Prefix[] = []
  #heads: readonly Prefix[] = []
  readonly #connections = new Map<string, number>()

  /** From now on these networks are served; `heads` may have as many connections as they like. */
  serve(served: readonly Prefix[], heads: readonly Prefix[]): void {
    this.#served = served
    this.#heads = heads
  }

  /** Ends connections of the server that nobody is served over, before anybody else sees them. */
  watch(server: Server): void {
    server.prependListener('connection', (socket: Socket) => {
      if (!this.#admit(socket)) socket.destroy()
    })
  }

  #admit(socket: Socket): boolean {
    const address = socket.remoteAddress ?? ''
    if (!isServed(address, this.#served)) return false
    if (isServed(address, this.#heads)) return true
    const key = String(plainIp(address)?.value)
    const open = this.#connections.get(key) ?? 0
    if (open >= mostConnections) return false
    this.#connections.set(key, open + 1)
    socket.once('close', () => {
      const left = (this.#connections.get(key) ?? 1) - 1
      if (left > 0) this.#connections.set(key, left)
      else this.#connections.delete(key)
    })
    return true
  }
}

/** Ends the connection at a message that is longer than any of this torrent, or with too many requests. */
export function guardWire(wire: WebTorrent.Wire, pieces: number): void {
  const longest = Math.max(usualMessage, 1 + Math.ceil(pieces / 8))
  const read = wire._onMessageLength
  let ended = false
  const end = (why: string) => {
    if (!ended) wire.emit('error', new Error(why))
    ended = true
  }
  wire._onMessageLength = (length) => {
    // What has come already is read on, and is of no meaning.
    if (ended) return
    if (new DataView(length.buffer, length.byteOffset).getUint32(0) > longest) end('a message is too long')
    else read.call(wire, length)
  }
  // Its first message may be awaited already, or have begun.
  if (wire._parser === read) wire._parser = wire._onMessageLength
  else if (wire._parserSize > longest) end('a message is too long')
  wire.on('request', () => {
    if (wire.peerRequests.length > mostRequests) end('too many requests')
  })
}
