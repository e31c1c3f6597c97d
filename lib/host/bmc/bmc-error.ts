// What is said of a BMC that does not do what it is asked, by either protocol.
import { LunaError } from '../../error.ts'
import type { PowerAction } from './bmc.ts'

/** What to do where Redfish offers less than IPMI. */
export const overIpmi = 'try IPMI: luna bmcsetup change NAME --protocol ipmi'

/**
 * The BMC answers, but what is asked is not among what it has: another protocol may have
 * it. Nothing was changed.
 */
export class NotOffered extends LunaError {
  constructor(what: string, details: { readonly why?: string; readonly fix?: string } = {}) {
    super('failed', what, { fix: overIpmi, ...details })
    this.name = 'NotOffered'
  }
}

export function interrupted(cause?: unknown): LunaError {
  return new LunaError('failed', 'it was interrupted', { fix: null, cause })
}

/** The BMC cannot be reached at all: no packet comes to it, or nothing there takes a connection. */
export function unreachable(why: string, cause?: unknown): LunaError {
  return new LunaError('unavailable', 'the BMC cannot be reached', {
    why,
    fix: 'see that it has this address and that this machine has a way to it',
    cause,
  })
}

/** The BMC fell silent. `asked` is what it may have carried out all the same. */
export function silent(why: string, asked?: string, cause?: unknown): LunaError {
  return new LunaError('unavailable', 'the BMC does not answer', {
    why: asked === undefined ? why : `${why}; whether "${asked}" was carried out is not known`,
    fix: 'see that it is on and at this address: lpower NODE status',
    cause,
  })
}

/** What an action changes, for `silent`; undefined for one that only looks. */
export function changeOf(action: PowerAction): PowerAction | undefined {
  return action === 'status' ? undefined : action
}
