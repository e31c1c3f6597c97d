// The one way to ask a BMC: by the protocol of its setup. Redfish is loaded only where it is spoken, as IPMI
// starts faster without.
import { LunaError, sentence } from '../../error.ts'
import type { Bmc, PowerAction, PowerOptions } from './bmc.ts'
import { interrupted, NotOffered } from './bmc-error.ts'
import { ipmiPower } from './ipmi.ts'

// A controller that has Redfish shows it soon; where it has not, the time is lost for each of them.
const probeTimeout = 4000

/**
 * Does what is asked and gives a word: for `status` the state (`on`, `off`, `powering on`), else the action.
 * Throws LunaError `unavailable` when the BMC does not answer, `refused` when it does not take user, password
 * or have a certificate that is accepted, `failed` when it answers but does not do it.
 */
export async function power(bmc: Bmc, action: PowerAction, options: PowerOptions): Promise<string> {
  if (options.signal?.aborted) throw interrupted()
  switch (bmc.protocol) {
    case 'ipmi':
      return await ipmiPower(bmc, action, options)
    case 'redfish': {
      const { redfishPower } = await import('./redfish.ts')
      return await redfishPower(bmc, action, options)
    }
    case 'auto':
      return await eitherPower(bmc, action, options)
    default:
      return bmc.protocol satisfies never
  }
}

/** By Redfish where there is any, and by IPMI what Redfish does not offer. */
async function eitherPower(bmc: Bmc, action: PowerAction, options: PowerOptions): Promise<string> {
  const { isRedfish, redfishPower } = await import('./redfish.ts')
  const has = await isRedfish(bmc, { ...options, timeout: Math.min(options.timeout, probeTimeout) })
  if (!has) return await ipmiPower(bmc, action, options)
  try {
    return await redfishPower(bmc, action, options)
  } catch (error) {
    if (!(error instanceof NotOffered)) throw error
    return await ipmiPower(bmc, action, options).catch((cause: unknown) => {
      const why = [error.why, `and by IPMI: ${sentence(cause)}`].filter((text) => text !== undefined)
      throw new LunaError(error.code, error.message, { why: why.join('; '), fix: error.fix ?? null, cause })
    })
  }
}
