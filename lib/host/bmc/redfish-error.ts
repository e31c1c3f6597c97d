// What is said when a Redfish service is not reached, or does not do what it is asked.
import { LunaError } from '../../error.ts'
import type { Bmc } from './bmc.ts'

/** An object of JSON, with nothing known about it. */
export type Json = Readonly<Record<string, unknown>>

/** No answer: `unavailable`, or `refused` when the certificate was not accepted. */
export function unreached({ address }: Bmc, signal: AbortSignal, cause: unknown): LunaError {
  if (cause instanceof LunaError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/CERT|SIGNED|UNABLE_TO_|ALTNAME/.test(code))
    return new LunaError('refused', 'the certificate of the BMC is not accepted', {
      why: `${address}: ${cause instanceof Error ? cause.message.slice(0, 200) : code}`,
      fix: 'have its authority among those of the system, or: luna bmcsetup change NAME --certificate any',
      cause,
    })
  const late = signal.reason instanceof Error && signal.reason.name === 'TimeoutError'
  if (signal.aborted && !late) return new LunaError('failed', 'it was interrupted', { cause })
  const why = late ? 'within the time that it has' : code
  return new LunaError('unavailable', 'the BMC does not answer', {
    why: `nothing came from ${address} by Redfish${why ? ` (${why})` : ''}`,
    cause,
  })
}

/** An answer of another status than 2xx. */
export function refusal({ address, user }: Bmc, status: number, body: Json): LunaError {
  if (status === 401 || status === 403)
    return new LunaError('refused', 'the BMC does not accept user and password', {
      why: `status ${status} for user "${user}" at ${address}`,
    })
  const said = messageOf(body)
  return new LunaError('failed', 'the BMC refuses', { why: `status ${status}${said ? `: ${said}` : ''}` })
}

/** What a Redfish error says (DSP0266, "Error responses"): its first extended message, or its own. */
function messageOf({ error }: Json): string {
  const { message, ...rest } = (error ?? {}) as { message?: unknown; '@Message.ExtendedInfo'?: unknown }
  const extended = rest['@Message.ExtendedInfo']
  const first = Array.isArray(extended) ? (extended[0] as { Message?: unknown } | undefined) : undefined
  const text = typeof first?.Message === 'string' ? first.Message : message
  return typeof text === 'string' ? text.replace(/\p{Cc}/gu, ' ').slice(0, 200) : ''
}
