// Power by Redfish (DMTF DSP0266; schema ComputerSystem of DSP2046): the one system of a controller, found from the service root.
import { LunaError } from '../../error.ts'
import type { Bmc, PowerAction, PowerOptions } from './bmc.ts'
import type { Json } from './redfish-error.ts'
import { openRedfish, type Redfish, serviceRoot } from './redfish-http.ts'

/** Reset types of the schema that do what an action says, the best first. */
const resetTypes: { readonly [A in PowerAction]?: readonly string[] } = {
  on: ['On', 'ForceOn'],
  off: ['ForceOff'],
  reset: ['ForceRestart'],
  cycle: ['PowerCycle', 'FullPowerCycle'],
}

// A controller is one system's; a chassis with more has other addresses for them.
const mostSystems = 8

/** True when the address answers as a Redfish service. */
export async function isRedfish(bmc: Bmc, options: PowerOptions): Promise<boolean> {
  const redfish = openRedfish(bmc, options)
  try {
    return 'RedfishVersion' in (await redfish.get(serviceRoot)).body
  } catch (error) {
    if (error instanceof LunaError) return false
    throw error
  } finally {
    redfish.close()
  }
}

/** As `power` of bmc.ts. */
export async function redfishPower(bmc: Bmc, action: PowerAction, options: PowerOptions): Promise<string> {
  const redfish = openRedfish(bmc, options)
  try {
    const path = await systemPath(redfish)
    const system = await redfish.get(path)
    const state = textOf(system.body.PowerState)?.toLowerCase()
    if (action === 'status') return state ?? unsaid()
    if (action === 'identify' || action === 'noidentify')
      await redfish.change(path, lamp(system.body, action === 'identify'), system.etag)
    else if (state !== action) await reset(redfish, system.body, action)
    return action
  } finally {
    redfish.close()
  }
}

async function systemPath(redfish: Redfish): Promise<string> {
  const { body: service } = await redfish.get(serviceRoot)
  const { body: systems } = await redfish.get(linkTo(service.Systems) ?? missing('Systems'))
  const members = Array.isArray(systems.Members) ? systems.Members.slice(0, mostSystems) : []
  const paths = members.map((member: unknown) => linkTo(member)).filter((path) => path !== undefined)
  const [first] = paths
  if (first === undefined) return missing('Members')
  if (paths.length === 1) return first
  throw new LunaError('failed', 'the BMC has several systems', {
    why: paths.join(', '),
    fix: 'use IPMI for it: luna bmcsetup change NAME --protocol ipmi',
  })
}

async function reset(redfish: Redfish, system: Json, action: PowerAction): Promise<void> {
  const entry = objectOf(objectOf(system.Actions)?.['#ComputerSystem.Reset'])
  const target = textOf(entry?.target) ?? missing('#ComputerSystem.Reset')
  const offered = entry?.['ResetType@Redfish.AllowableValues']
  const wanted = resetTypes[action] ?? []
  const type = Array.isArray(offered) ? wanted.find((one) => offered.includes(one)) : wanted[0]
  if (type !== undefined) return await redfish.post(target, { ResetType: type })
  throw new LunaError('failed', `the BMC cannot ${action}`, {
    why: `it offers ${String(offered).slice(0, 200)}`,
    ...(action === 'cycle' && { fix: 'switch the node off, then on' }),
  })
}

/** The lamp has two names in the schema; the newer one since 2020. */
function lamp(system: Json, lit: boolean): Json {
  if ('LocationIndicatorActive' in system) return { LocationIndicatorActive: lit }
  if ('IndicatorLED' in system) return { IndicatorLED: lit ? 'Blinking' : 'Off' }
  throw new LunaError('failed', 'the BMC knows of no lamp')
}

function linkTo(value: unknown): string | undefined {
  return textOf(objectOf(value)?.['@odata.id'])
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,512}$/.test(value) ? value : undefined
}

function missing(what: string): never {
  throw new LunaError('failed', `the BMC's Redfish has no ${what}`)
}

function unsaid(): never {
  throw new LunaError('failed', 'the BMC does not say whether the node is on')
}
