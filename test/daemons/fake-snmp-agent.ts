// An SNMP agent that answers every request for a table with the same rows, right or wrong (RFC 3416).
import { createSocket } from 'node:dgram'
import type { SnmpAccess } from '../../lib/host/snmp/session.ts'

export interface FalseAgent {
  readonly access: SnmpAccess
  /** How many requests came. */
  asked(): number
  stop(): Promise<void>
}

/** `answer` gives the rows (OID and integer), or bytes that are sent as they are. */
export async function startFalseAgent(
  answer: (request: number) => readonly (readonly [oid: string, value: number])[] | Buffer,
): Promise<FalseAgent> {
  const socket = createSocket('udp4')
  let asked = 0
  socket.on('message', (bytes, from) => {
    const reply = answer(asked++)
    socket.send(Buffer.isBuffer(reply) ? reply : response(bytes, reply), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    access: { address: '127.0.0.1', port: socket.address().port, version: '2c', community: 'public' },
    asked: () => asked,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

/** The answer to a request: version, community and request id are taken from it. */
function response(request: Buffer, rows: readonly (readonly [string, number])[]): Buffer {
  const message = inside(request)
  const version = part(message, 0)
  const community = part(message, version.length)
  const pdu = inside(message.subarray(version.length + community.length))
  const list = rows.map(([oid, value]) => tagged(0x30, objectId(oid), integer(value)))
  const body = [part(pdu, 0), integer(0), integer(0), tagged(0x30, ...list)]
  return tagged(0x30, version, community, tagged(0xa2, ...body))
}

function inside(bytes: Buffer): Buffer {
  return bytes.subarray((bytes[1] ?? 0) & 0x80 ? 2 + ((bytes[1] ?? 0) & 0x7f) : 2)
}

function part(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at, at + 2 + (bytes[at + 1] ?? 0))
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, 0x82, body.length >> 8, body.length & 255]), body])
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return tagged(2, bytes)
}

function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = rest.flatMap((number) => {
    const septets = [number & 127]
    for (let left = number >>> 7; left > 0; left >>>= 7) septets.unshift((left & 127) | 128)
    return septets
  })
  return tagged(6, Buffer.from([40 * first + second, ...bytes]))
}
