// What is said when a Redfish service is not reached, or does not do what it is asked.

import { LunaError } from '../../error.ts'
import type { Bmc } from './bmc.ts'
import { interrupted, overIpmi, silent, unreachable } from './bmc-error.ts'

/** An object of JSON, with nothing known about it. */
export type Json = Readonly<Record<string, unknown>>

export interface Unanswered {
  /** What ended it when it took too long or was interrupted. */
  readonly signal: AbortSignal
  /** What the BMC may have carried out all the same. */
  readonly asked?: string | undefined
}

/** Why an exchange gave no answer: `cause` is what the HTTP client (undici), TLS or the system threw. */
export function unanswered(bmc: Bmc, cause: unknown, { signal, asked }: Unanswered): LunaError {
  if (cause instanceof LunaError) return cause
  const { code, message } = codeOf(cause)
  if (signal.aborted && !isLate(signal)) return interrupted(cause)
  const at = `${bmc.address} port ${bmc.port ?? 443}`
  if (signal.aborted)
    return silent(`nothing came from ${at} by Redfish within the time that it has`, asked, cause)
  if (certificateCode.test(code)) return distrusted(bmc, code, cause)
  if (/^(ERR_SSL_|EPROTO)/.test(code)) return withoutTls(at, code, message, cause)
  if (/^HPE(?!_HEADER_OVERFLOW|_CLOSED)/.test(code))
    return new LunaError('failed', 'the BMC answers, but not in HTTP', { why: at, fix: overIpmi, cause })
  if (/OVERFLOW|EXCEEDED|TOO_LARGE/.test(code))
    return new LunaError('failed', 'the BMC says more than is ever read', { why: at, fix: overIpmi, cause })
  if (code.startsWith('Z_'))
    return new LunaError('failed', 'the BMC answers, but what it packed cannot be unpacked', {
      why: at,
      fix: overIpmi,
      cause,
    })
  if (/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EINVAL|ENOTFOUND)$/.test(code))
    return unreachable(`there is no way from here to ${bmc.address} (${code})`, cause)
  if (code === 'ECONNREFUSED') return unreachable(`nothing takes Redfish at ${at} (${code})`, cause)
  if (isClosed(cause)) return silent(`${at} closes the connection without an answer (${code})`, asked, cause)
  return silent(`nothing came from ${at} by Redfish${code && ` (${code})`}`, asked, cause)
}

/** True when the other side closed the connection, or it broke, before the answer was complete. */
export function isClosed(cause: unknown): boolean {
  return /^(UND_ERR_SOCKET|ECONNRESET|EPIPE|ECONNABORTED|HPE_CLOSED_CONNECTION)$/.test(codeOf(cause).code)
}

function codeOf(cause: unknown): { code: string; message: string } {
  if (!(cause instanceof Error)) return { code: '', message: String(cause) }
  const code = 'code' in cause && cause.code !== undefined ? String(cause.code) : ''
  // undici has no code for all that its parser finds.
  return { code: code || (cause.name === 'HTTPParserError' ? 'HPE' : ''), message: cause.message }
}

function isLate({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

const certificateCode =
  /CERT|SIGNED|UNABLE_TO_|ALTNAME|CRL|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH/

/** What OpenSSL and Node object to in a certificate (openssl-verification-options(1)), for people. */
const objections: readonly (readonly [RegExp, string])[] = [
  [/DEPTH_ZERO_SELF_SIGNED/, 'it has signed its certificate itself'],
  [/SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_/, 'this machine does not know the authority that signed it'],
  [/EXPIRED/, 'it has expired, or the clock of this machine is wrong'],
  [/NOT_YET_VALID/, 'it is not valid yet, or the clock of this machine is wrong'],
  [/ALTNAME|HOSTNAME_MISMATCH/, 'it is made out to another name or address'],
]

function distrusted({ address }: Bmc, code: string, cause: unknown): LunaError {
  const [, objection = code] = objections.find(([pattern]) => pattern.test(code)) ?? []
  return new LunaError('refused', 'the certificate of the BMC is not accepted', {
    why: `${address}: ${objection}`,
    fix: 'have its authority among those of the system, or: luna bmcsetup change NAME --certificate any',
    cause,
  })
}

/**
 * OpenSSL's reason is the last but one part of what it says: `error:0A00010B:SSL routines::wrong version
 * number:FILE:...`.
 */
function withoutTls(at: string, code: string, message: string, cause: unknown): LunaError {
  const [, reason = code] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? []
  if (
    /wrong version number|packet length too long|http request|record layer|unexpected message/i.test(reason)
  )
    return new LunaError('failed', 'the BMC does not speak TLS', {
      why: `${at} answers, but not by TLS`,
      fix: 'have it serve Redfish by HTTPS, or: luna bmcsetup change NAME --protocol ipmi',
      cause,
    })
  return new LunaError('failed', 'the TLS of the BMC cannot be used', {
    why: `${at}: ${reason.trim()}`,
    fix: overIpmi,
    cause,
  })
}

/** An answer of another status than 2xx, to a request for that path. */
export function refusal({ address, user }: Bmc, status: number, body: Json, path: string): LunaError {
  const said = messageOf(body)
  const heard = `status ${status}${said && `: ${said}`}`
  if (status === 401)
    return new LunaError('refused', 'the BMC does not accept user and password', {
      why: `status 401 for user "${user}" at ${address}`,
      fix: 'luna bmcsetup change NAME --user USER --password PASSWORD',
    })
  // DSP0266, "Password change required handling".
  if (status === 403 && /\bPasswordChangeRequired\b/.test(JSON.stringify(body) ?? ''))
    return new LunaError('refused', 'the BMC wants the password of the user changed first', {
      why: `${heard}, for user "${user}" at ${address}`,
      fix: 'change it on the page of the BMC, and then here: luna bmcsetup change NAME --password PASSWORD',
    })
  if (status === 403)
    return new LunaError('refused', 'the BMC does not let the user do that', {
      why: `${heard}, for user "${user}" at ${address}`,
      fix: 'give the user the role of an operator or administrator in the BMC',
    })
  if (status === 404 || status === 410)
    return new LunaError('failed', 'the BMC has no such thing', {
      why: `${heard}, for ${path} at ${address}`,
      fix: overIpmi,
    })
  if (status === 503 || status === 429)
    return new LunaError('unavailable', 'the BMC is busy', {
      why: `${heard}, at ${address}`,
      fix: 'try again in a minute',
    })
  return new LunaError('failed', 'the BMC refuses', {
    why: heard,
    fix: 'what it says is its own: see the manual of its maker',
  })
}

/** What a Redfish error says (DSP0266, "Error responses"): its first extended message, or its own. */
function messageOf({ error }: Json): string {
  const { message, ...rest } = (error ?? {}) as { message?: unknown; '@Message.ExtendedInfo'?: unknown }
  const extended = rest['@Message.ExtendedInfo']
  const first = Array.isArray(extended) ? (extended[0] as { Message?: unknown } | undefined) : undefined
  const text = typeof first?.Message === 'string' ? first.Message : message
  return typeof text === 'string' ? text.replace(/\p{Cc}/gu, ' ').slice(0, 200) : ''
}
