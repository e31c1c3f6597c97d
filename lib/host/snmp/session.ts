// SNMP with one device: sessions of net-snmp with what an agent may answer kept within bounds. Which tables
// are read is the business of switch-table.ts.
import { isIPv6 } from 'node:net'
import {
  AuthProtocols,
  createSession,
  createV3Session,
  type Options,
  PrivProtocols,
  RequestTimedOutError,
  SecurityLevel,
  type Session,
  type User,
  Version2c,
} from 'net-snmp'
import { LunaError } from '../../error.ts'
import { type Walk, walk } from './walk.ts'

/** How a device is asked: SNMP v2c (RFC 3416), or v3 with its user-based security (RFC 3414). */
export type SnmpAccess = { readonly address: string; readonly port?: number } & (
  | { readonly version: '2c'; readonly community: string }
  | {
      readonly version: '3'
      readonly user: string
      readonly auth?: { readonly protocol: string; readonly key: string }
      /** Only together with `auth`. */
      readonly priv?: { readonly protocol: string; readonly key: string }
    }
)

// A switch that is there answers in milliseconds, a busy one in tenths of a second.
const requestTimeout = 2000
const requestRetries = 1

/**
 * Runs `work` with a session, and ends whatever is under way when it takes longer than `timeout` milliseconds
 * or `stop` is aborted. Throws LunaError `unavailable` when the device does not answer, `failed` when its
 * answers make no sense.
 */
export async function withSession<T>(
  access: SnmpAccess,
  timeout: number,
  stop: AbortSignal | undefined,
  work: (walk: Walk) => Promise<T>,
): Promise<T> {
  const session = open(access)
  let why: string | undefined
  const end = (reason: string) => {
    why ??= reason
    session.close()
  }
  const timer = setTimeout(end, timeout, `it took longer than ${timeout / 1000} s`)
  const onAbort = () => end('it was interrupted')
  stop?.addEventListener('abort', onAbort, { once: true })
  try {
    if (stop?.aborted) throw new Error('it was interrupted')
    return await work((table, most) => walk(session, table, most))
  } catch (cause) {
    throw explained(access, why, cause)
  } finally {
    clearTimeout(timer)
    stop?.removeEventListener('abort', onAbort)
    if (why === undefined) session.close()
  }
}

function open(access: SnmpAccess): Session {
  const options: Options = {
    port: access.port ?? 161,
    transport: isIPv6(access.address) ? 'udp6' : 'udp4',
    timeout: requestTimeout,
    retries: requestRetries,
  }
  const session =
    access.version === '2c'
      ? createSession(access.address, access.community, { ...options, version: Version2c })
      : createV3Session(access.address, userOf(access), options)
  // What is no answer of this device, or no SNMP, is as good as nothing: the request is sent again.
  session.on('error', () => {})
  session.dgram.removeAllListeners('message')
  session.dgram.on('message', (bytes: Buffer, from) => {
    if (!sameAddress(from.address, access.address)) return
    try {
      session.onMsg(bytes)
    } catch {
      // Malformed beyond what the library expects.
    }
  })
  return session
}

function sameAddress(a: string, b: string): boolean {
  // IPv6 addresses have many spellings; the system's own is compared with whatever was configured by URL's
  // canonical form.
  const canonical = (text: string) => (isIPv6(text) ? new URL(`http://[${text.split('%')[0]}]`).host : text)
  return canonical(a) === canonical(b)
}

function userOf({ user: name, auth, priv }: Extract<SnmpAccess, { version: '3' }>): User {
  if (!auth) return { name, level: SecurityLevel.noAuthNoPriv }
  const known = (protocols: Readonly<Record<string, number>>, { protocol, key }: typeof auth) => {
    const number = protocols[protocol]
    if (number !== undefined) return { number, key }
    throw new LunaError('invalid', `there is no SNMP protocol "${protocol}"`, {
      fix: `choose one of ${Object.keys(protocols).join(', ')}`,
    })
  }
  const { number: authProtocol, key: authKey } = known(AuthProtocols, auth)
  if (!priv) return { name, level: SecurityLevel.authNoPriv, authProtocol, authKey }
  const { number: privProtocol, key: privKey } = known(PrivProtocols, priv)
  return { name, level: SecurityLevel.authPriv, authProtocol, authKey, privProtocol, privKey }
}

function explained({ address }: SnmpAccess, why: string | undefined, cause: unknown): LunaError {
  if (cause instanceof LunaError) return cause
  const silent = cause instanceof RequestTimedOutError
  if (why !== undefined || silent)
    return new LunaError('unavailable', `${address} does not answer by SNMP`, {
      why: why ?? 'nothing came back',
      fix: 'see that it is up, lets this head in, and that community or user are right',
      cause,
    })
  return new LunaError('failed', `${address} cannot be read by SNMP`, {
    why: cause instanceof Error ? cause.message.slice(0, 200) : String(cause),
    fix: 'see that it answers SNMP with these settings: luna switch show NAME',
    cause,
  })
}
