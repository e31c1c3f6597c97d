// Power by Redfish (DMTF DSP0266): which properties and actions of the controller's
// system mean what is asked.

import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../../error.ts'
import type { Bmc, PowerAction, PowerOptions } from './bmc.ts'
import { NotOffered, overIpmi } from './bmc-error.ts'
import { serviceRoot } from './redfish-login.ts'
import { openRedfish, type Redfish } from './redfish-session.ts'
import {
  findSystem,
  lamp,
  type Reset,
  resetWays,
  type State,
  type System,
  stateOf,
} from './redfish-system.ts'

/** True when the address answers as a Redfish service. */
export async function isRedfish(bmc: Bmc, options: PowerOptions): Promise<boolean> {
  const redfish = openRedfish(bmc, options)
  try {
    return 'RedfishVersion' in (await redfish.get(serviceRoot)).body
  } catch (error) {
    if (error instanceof LunaError) return false
    throw error
  } finally {
    await redfish.close()
  }
}

/** As `power` of power.ts. */
export async function redfishPower(bmc: Bmc, action: PowerAction, options: PowerOptions): Promise<string> {
  const redfish = openRedfish(bmc, options)
  try {
    const system = await findSystem(redfish)
    switch (action) {
      case 'status':
        return stateOf(system) ?? unsaid(system)
      case 'identify':
      case 'noidentify':
        await redfish.change(system.link, lamp(system, action === 'identify'), system.etag)
        break
      case 'cycle':
        await cycle(redfish, system, performance.now() + options.timeout * offShare)
        break
      default:
        if (!isOnTheWay(stateOf(system), action)) await switchTo(redfish, system, action)
    }
    return action
  } finally {
    await redfish.close()
  }
}

/**
 * What is switched on comes up by itself, and may refuse to be told so again. What shuts down may hang there,
 * and has to be switched off all the same.
 */
function isOnTheWay(state: State | undefined, action: 'on' | 'off' | 'reset'): boolean {
  return state === action || (state === 'powering on' && action === 'on')
}

/** A refusal that leaves the right state is none: somebody else may have been faster. */
async function switchTo(redfish: Redfish, system: System, action: 'on' | 'off' | 'reset'): Promise<void> {
  const ways = await resetWays(redfish, system)
  try {
    await reset(redfish, ways, action)
  } catch (error) {
    const refused = error instanceof LunaError && error.code === 'failed' && !(error instanceof NotOffered)
    if (!refused || action === 'reset') throw error
    const now = await redfish.get(system.link).catch(() => undefined)
    const state = now && stateOf(now)
    if (state !== action && state !== `powering ${action}`) throw error
  }
}

/** Reset types of the schema that do what an action says, the best first. */
const resetTypes = {
  on: ['On', 'ForceOn'],
  off: ['ForceOff'],
  reset: ['ForceRestart'],
  cycle: ['PowerCycle'],
} as const

async function reset(
  redfish: Redfish,
  { target, offered }: Reset,
  action: keyof typeof resetTypes,
): Promise<void> {
  const wanted: readonly string[] = resetTypes[action]
  const type = offered ? wanted.find((one) => offered.includes(one)) : wanted[0]
  if (type !== undefined) return await redfish.post(target, { ResetType: type })
  throw new NotOffered(`the BMC cannot ${action}`, {
    why: `it offers ${offered?.join(',').slice(0, 200) || 'nothing'}`,
    ...(action === 'cycle' && { fix: 'switch the node off, then on' }),
  })
}

// Switching off has this part of the time, so that some is left for switching on.
const offShare = 0.75
const betweenLooks = 500

/**
 * Few BMCs have PowerCycle, which the schema leaves to them; with all others it is off, and on when it is
 * off. A restart, which they have, too, leaves the power on.
 */
async function cycle(redfish: Redfish, system: System, until: number): Promise<void> {
  const ways = await resetWays(redfish, system)
  const can = (type: string) => ways.offered?.includes(type) ?? type !== 'PowerCycle'
  const canSwitch = can('ForceOff') && resetTypes.on.some(can)
  if (canSwitch && stateOf(system) === 'off') return await reset(redfish, ways, 'on')
  if (can('PowerCycle') || !canSwitch) return await reset(redfish, ways, 'cycle')
  await reset(redfish, ways, 'off')
  try {
    await untilOff(redfish, system, until)
    await reset(redfish, ways, 'on')
  } catch (error) {
    if (!(error instanceof LunaError)) throw error
    const why = [error.why, 'it was told to switch off, and may be off now'].filter(Boolean).join('; ')
    throw new LunaError(error.code, error.message, { why, fix: 'lpower NAMES status, then on', cause: error })
  }
}

async function untilOff(redfish: Redfish, { link }: System, until: number): Promise<void> {
  for (;;) {
    const state = stateOf(await redfish.get(link))
    if (state === 'off') return
    if (performance.now() > until)
      throw new LunaError('failed', 'the BMC does not switch the node off', {
        why: `its power is ${state ?? 'unknown'}`,
        fix: 'see what the node does on its console, and try again',
      })
    await delay(betweenLooks)
  }
}

function unsaid({ body }: System): never {
  const said = JSON.stringify(body.PowerState ?? null).slice(0, 40)
  throw new LunaError('failed', 'the BMC does not say whether the node is on', {
    why: `PowerState of its system is ${said.replace(/[^\x20-\x7e]/g, '?')}`,
    fix: overIpmi,
  })
}
