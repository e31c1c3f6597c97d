// One exchange with a Redfish service by HTTPS, over a connection that is kept (undici), with bounds on all
// that comes back.
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { unzipSync } from 'node:zlib'
import { Client, type Dispatcher } from 'undici'
import type { Bmc } from './bmc.ts'
import type { Json } from './redfish-error.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export interface Request {
  readonly method: Method
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Response {
  readonly status: number
  header(name: string): string | undefined
  readonly text: string
  /** The text as JSON, where it is an object of that. */
  readonly body: Json | undefined
}

/** A connection to one controller, opened when it is first needed and again when it was closed. */
export interface Connection {
  exchange(request: Request, signal: AbortSignal): Promise<Response>
  /** True once there was a TLS connection. */
  readonly opened: boolean
  close(): Promise<void>
}

const mostBytes = 1024 * 1024

/** The origin of a controller's URLs. */
export function originOf({ address, port }: Bmc): string {
  return new URL(`https://${address.includes(':') ? `[${address}]` : address}:${port ?? 443}`).origin
}

export function openConnection(bmc: Bmc): Connection {
  // Time is bounded by the signal of each exchange. HTTP/2 is not asked for: what no other client asks for is
  // not what BMCs are tested with.
  const bounds = {
    connectTimeout: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: mostBytes,
    allowH2: false,
  }
  const client = new Client(originOf(bmc), { ...bounds, connect: trust(bmc) })
  let opened = false
  client.on('connect', () => {
    opened = true
  })
  return {
    exchange: async ({ method, path, headers, body }, signal) =>
      await read(
        await client.request({ method, path, headers, signal, ...(body !== undefined && { body }) }),
      ),
    get opened() {
      return opened
    },
    close: () => client.destroy(),
  }
}

let known: SecureContext | undefined

/** Certificates are checked against the authorities of the system and those of Node, unless any will do. */
function trust({ certificate }: Bmc) {
  if (certificate === 'any') return { rejectUnauthorized: false }
  known ??= createSecureContext({
    ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system')])],
  })
  return { secureContext: known }
}

async function read({ statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<Response> {
  const bytes = await body.bytes()
  const header = (name: string) => [headers[name] ?? []].flat()[0]
  const text = textOf(bytes, header('content-encoding'), header('content-type'))
  return { status, header, text, body: objectIn(text) }
}

function objectIn(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

/**
 * The text of a body. It is JSON, so UTF-8 unless it says otherwise (RFC 8259 section 8.1); a byte order mark
 * is no part of it.
 */
function textOf(bytes: Uint8Array, encoding = 'identity', type = ''): string {
  const packed = /^(x-)?(gzip|deflate)$/i.test(encoding.trim())
  const plain = packed && bytes.length > 0 ? unzipSync(bytes, { maxOutputLength: mostBytes }) : bytes
  const [, charset = 'utf-8'] = /;\s*charset="?([\w:.-]+)/i.exec(type) ?? []
  try {
    return new TextDecoder(charset).decode(plain)
  } catch {
    // A name that nobody knows.
    return new TextDecoder().decode(plain)
  }
}
