// A small Redfish service as the DMTF describes it (DSP0266, ComputerSystem): one system, basic login, a
// certificate of its own.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const redfishUser = { user: 'admin', password: 'geheim: ü' }

export interface Service {
  readonly port: number
  /** What was asked: `GET /redfish/v1/`, `POST ... {"ResetType":"On"}`. */
  readonly asked: string[]
  /** The system resource; tests change it. */
  readonly system: Record<string, unknown>
  /** The tag of the system, and whether changes need one (RFC 9110 section 13.1.1, RFC 6585 section 3). */
  etag: string | undefined
  needsMatch: boolean
  /** So often the system is still said to be on when it was switched off. */
  slowOff: number
  /** Whole answers in place of those of the service, by path. */
  readonly instead: Map<string, (response: ServerResponse) => void>
  stop(): Promise<void>
}

const systemPath = '/redfish/v1/Systems/437XR1138R2'
const resetPath = `${systemPath}/Actions/ComputerSystem.Reset`

/** Starts the service on a loopback port. */
export async function startRedfish(): Promise<Service> {
  const service = {
    port: 0,
    asked: [] as string[],
    system: freshSystem(),
    etag: '"7"' as string | undefined,
    needsMatch: true,
    slowOff: 0,
    instead: new Map<string, (response: ServerResponse) => void>(),
    stop: () => Promise.resolve(),
  }
  const server = createServer(certificate(), (request, response) => {
    answer(service, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  service.port = (server.address() as AddressInfo).port
  service.stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  return service
}

function freshSystem(): Record<string, unknown> {
  return {
    '@odata.id': systemPath,
    '@odata.type': '#ComputerSystem.v1_22_0.ComputerSystem',
    PowerState: 'Off',
    LocationIndicatorActive: false,
    Actions: {
      '#ComputerSystem.Reset': {
        target: resetPath,
        'ResetType@Redfish.AllowableValues': [
          'On',
          'ForceOff',
          'GracefulShutdown',
          'ForceRestart',
          'PowerCycle',
        ],
      },
    },
  }
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request
  const body = await textOf(request)
  service.asked.push(`${method} ${url}${body && ` ${body}`}`)
  const instead = service.instead.get(url)
  if (instead) return instead(response)
  const { status, json, etag } = replyTo(service, request, body)
  const headers = { 'Content-Type': 'application/json', 'OData-Version': '4.0', ...(etag && { ETag: etag }) }
  response.writeHead(status, headers).end(json && JSON.stringify(json))
}

interface Reply {
  readonly status: number
  readonly json?: object
  readonly etag?: string
}

function replyTo(service: Service, { method, url, headers }: IncomingMessage, body: string): Reply {
  if (url === '/redfish/v1/')
    return { status: 200, json: { RedfishVersion: '1.20.0', Systems: linkTo('/redfish/v1/Systems') } }
  const login = Buffer.from(`${redfishUser.user}:${redfishUser.password}`).toString('base64')
  if (headers.authorization !== `Basic ${login}`) return failure(401, 'The login is wrong.')
  if (url === '/redfish/v1/Systems') return { status: 200, json: { Members: [linkTo(systemPath)] } }
  if (url === resetPath && method === 'POST') return reset(service, body)
  if (url !== systemPath) return failure(404, 'There is no such resource.')
  const stillOn = method === 'GET' && service.system.PowerState === 'Off' && service.slowOff-- > 0
  if (method !== 'PATCH')
    return {
      status: 200,
      json: { ...service.system, ...(stillOn && { PowerState: 'On' }) },
      ...(service.etag && { etag: service.etag }),
    }
  const match = headers['if-match']
  if (match === undefined && service.needsMatch) return failure(428, 'If-Match is missing.')
  if (match !== undefined && match !== '*' && !(match === service.etag && !match.startsWith('W/')))
    return failure(412, 'It is another one now.')
  Object.assign(service.system, JSON.parse(body))
  return { status: 200, json: service.system }
}

const states: Readonly<Record<string, string>> = {
  On: 'On',
  ForceOff: 'Off',
  ForceRestart: 'On',
  PowerCycle: 'On',
}

function reset(service: Service, body: string): Reply {
  const { ResetType: type } = JSON.parse(body) as { ResetType: string }
  const state = states[type]
  if (!state) return failure(400, `The value ${type} is not allowed.`)
  service.system.PowerState = state
  return { status: 204 }
}

function linkTo(path: string): object {
  return { '@odata.id': path }
}

/** An error as DSP0266 has it. */
function failure(status: number, message: string): Reply {
  const extended = [{ MessageId: 'Base.1.18.GeneralError', Message: message }]
  const error = {
    code: 'Base.1.18.GeneralError',
    message: 'See ExtendedInfo.',
    '@Message.ExtendedInfo': extended,
  }
  return { status, json: { error } }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

let made: { key: string; cert: string } | undefined

/** A certificate that nobody has signed, as controllers have it, made once. */
export function certificate(): { key: string; cert: string } {
  if (made) return made
  const dir = mkdtempSync(join(tmpdir(), 'luna-redfish-'))
  const [key, cert] = [join(dir, 'key'), join(dir, 'cert')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=bmc', '-days', '2']
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(dir, { recursive: true })
  return made
}
