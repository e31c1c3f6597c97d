// Requests to a Redfish service: HTTPS with bounds on all that comes back. What is asked for is redfish.ts.
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { getCACertificates } from 'node:tls'
import { LunaError } from '../../error.ts'
import type { Bmc, PowerOptions } from './bmc.ts'
import { type Json, refusal, unreached } from './redfish-error.ts'

export interface Answer {
  readonly body: Json
  readonly etag: string | undefined
}

/** All of it throws LunaError as `power` of bmc.ts does. */
export interface Redfish {
  get(path: string): Promise<Answer>
  post(path: string, body: Json): Promise<void>
  /** Changes properties, if the resource is still the one with that tag. */
  change(path: string, body: Json, etag: string | undefined): Promise<void>
  close(): void
}

/** Where a Redfish service begins. */
export const serviceRoot = '/redfish/v1/'

const mostBytes = 1024 * 1024

/** Opens a session of requests to one controller, over one connection. */
export function openRedfish(bmc: Bmc, { timeout, signal: stop }: PowerOptions): Redfish {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...trust(bmc) })
  const late = AbortSignal.timeout(timeout)
  const signal = stop ? AbortSignal.any([late, stop]) : late
  const ask = (method: string, path: string, more: Pick<Sent, 'body' | 'etag'> = {}) =>
    send(bmc, { method, path, agent, signal, ...more })
  return {
    get: (path) => ask('GET', path),
    post: async (path, body) => void (await ask('POST', path, { body })),
    change: async (path, body, etag) => void (await ask('PATCH', path, { body, ...(etag && { etag }) })),
    close: () => agent.destroy(),
  }
}

/** Certificates are checked against the authorities of the system and those of Node, unless any will do. */
function trust({ certificate }: Bmc) {
  if (certificate === 'any') return { rejectUnauthorized: false }
  return { ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system')])] }
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly agent: Agent
  readonly signal: AbortSignal
  readonly body?: Json
  readonly etag?: string
}

async function send(bmc: Bmc, sent: Sent): Promise<Answer> {
  // A link of the controller leads to a resource of the same controller, and nowhere else.
  if (!/^\/redfish\/v1(\/[\w.~:@#$&()*+,;=%-]*)*$/.test(sent.path))
    throw new LunaError('failed', "the BMC's Redfish leads elsewhere", { why: sent.path.slice(0, 100) })
  const answer = await exchange(bmc, sent).catch((cause: unknown) => {
    throw unreached(bmc, sent.signal, cause)
  })
  const { status, body, etag } = answer
  if (status >= 200 && status < 300) return { body, etag }
  throw refusal(bmc, status, body)
}

interface Raw extends Answer {
  readonly status: number
}

function exchange(bmc: Bmc, { method, path, agent, signal, body, etag }: Sent): Promise<Raw> {
  const text = body && JSON.stringify(body)
  const login = Buffer.from(`${bmc.user}:${bmc.password}`).toString('base64')
  const headers = {
    Accept: 'application/json',
    'OData-Version': '4.0',
    // Whoever answers is told the password only when there is something to be had for it (DSP0266: the root is for all).
    ...(path !== serviceRoot && { Authorization: `Basic ${login}` }),
    ...(text && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
    ...(etag && { 'If-Match': etag }),
  }
  return new Promise((resolve, reject) => {
    const options = { host: bmc.address, port: bmc.port ?? 443, method, path, headers, agent, signal }
    const asked = request(options, (response) => {
      read(response, method === 'GET').then(resolve, reject)
    })
    asked.on('error', reject)
    asked.end(text)
  })
}

async function read(response: IncomingMessage, wantsBody: boolean): Promise<Raw> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) throw new LunaError('failed', 'the BMC says more than is ever read')
    chunks.push(chunk)
  }
  const status = response.statusCode ?? 0
  const body = parsed(Buffer.concat(chunks).toString('utf8'))
  if (body === undefined && wantsBody && status === 200)
    throw new LunaError('failed', 'the BMC answers, but not in JSON')
  const inside = body?.['@odata.etag']
  const etag = response.headers.etag ?? (typeof inside === 'string' ? inside : undefined)
  return { status, body: body ?? {}, etag }
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}
