// Power and identification lamp of a node, by its management controller (BMC): over IPMI, or Redfish where it is wanted.
import { LunaError } from '../../error.ts'
import { ipmiPower } from './ipmi.ts'
import { isRedfish, redfishPower } from './redfish.ts'

export const powerActions = ['status', 'on', 'off', 'reset', 'cycle', 'identify', 'noidentify'] as const
export type PowerAction = (typeof powerActions)[number]

export interface Bmc {
  readonly address: string
  readonly user: string
  readonly password: string
  /** `auto`: Redfish where the BMC has it and its certificate is accepted, else IPMI. */
  readonly protocol: 'ipmi' | 'redfish' | 'auto'
  /** Which certificates Redfish accepts: those of authorities that this machine knows, or any. */
  readonly certificate: 'known' | 'any'
  /** TCP port of Redfish; 443. */
  readonly port?: number
}

export interface PowerOptions {
  /** Milliseconds for all of it. */
  readonly timeout: number
  readonly signal?: AbortSignal
}

// A controller that has Redfish shows it soon; where it has not, the time is lost for each of them.
const probeTimeout = 4000

/**
 * Does what is asked and gives a word: `on` or `off` for `status`, else the action. Throws LunaError `unavailable` when
 * the BMC does not answer, `refused` when it does not take user and password, `failed` when it cannot do it.
 */
export async function power(bmc: Bmc, action: PowerAction, options: PowerOptions): Promise<string> {
  if (options.signal?.aborted) throw new LunaError('failed', 'it was interrupted')
  switch (bmc.protocol) {
    case 'ipmi':
      return await ipmiPower(bmc, action, options)
    case 'redfish':
      return await redfishPower(bmc, action, options)
    case 'auto': {
      const has = await isRedfish(bmc, { ...options, timeout: Math.min(options.timeout, probeTimeout) })
      return await (has ? redfishPower : ipmiPower)(bmc, action, options)
    }
    default:
      return bmc.protocol satisfies never
  }
}
