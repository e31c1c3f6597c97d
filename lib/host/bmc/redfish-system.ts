// The computer system of a Redfish controller (schema ComputerSystem of DSP2046): which
// one, and what can be done to it.
import { LunaError, sentence } from '../../error.ts'
import { NotOffered } from './bmc-error.ts'
import type { Json } from './redfish-error.ts'
import { serviceRoot } from './redfish-login.ts'
import type { Answer, Redfish } from './redfish-session.ts'

export interface System extends Answer {
  readonly link: string
}

// A controller is one system's, and may show boards in it as further ones; a chassis with more has other
// addresses for them.
const mostSystems = 8
// Pages of a collection; one that has more leads round in circles.
const mostPages = 8

/** The one system of the controller: of several the one that can be reset. */
export async function findSystem(redfish: Redfish): Promise<System> {
  const { body: service } = await redfish.get(serviceRoot)
  const links = await membersOf(redfish, linkTo(service.Systems) ?? missing('Systems'))
  const [first] = links
  if (first === undefined)
    throw new NotOffered('the BMC answers, and lists no system', {
      why: 'the collection of systems in its Redfish has no members',
      fix: "see that it is the address of the node's own BMC; one that has just started may list its system minutes later",
    })
  if (links.length === 1) return { link: first, ...(await redfish.get(first)) }
  return await ableOne(redfish, links)
}

/**
 * The links of a collection, that comes in pages: one may have no more than the link to the next (DSP0266,
 * "Partial results").
 */
async function membersOf(redfish: Redfish, collection: string): Promise<string[]> {
  const links = new Set<string>()
  let page: string | undefined = collection
  for (let pages = 0; page !== undefined && pages < mostPages && links.size < mostSystems; pages++) {
    const { body }: Answer = await redfish.get(page)
    const next = textOf(body['Members@odata.nextLink'])
    if (!Array.isArray(body.Members) && next === undefined) return missing('Members')
    const members: readonly unknown[] = Array.isArray(body.Members) ? body.Members : []
    for (const link of members.map(linkTo)) if (link !== undefined) links.add(link)
    page = next
  }
  return [...links].slice(0, mostSystems)
}

async function ableOne(redfish: Redfish, links: readonly string[]): Promise<System> {
  const able: System[] = []
  let broken = ''
  for (const link of links) {
    try {
      const system = { link, ...(await redfish.get(link)) }
      if (resetOf(system.body)) able.push(system)
    } catch (error) {
      // One of them that is not there does not stand in the way of the others; a BMC that is silent does.
      if (!(error instanceof LunaError) || error.code !== 'failed') throw error
      broken ||= `; ${link}: ${sentence(error)}`
    }
  }
  const [one, ...more] = able
  if (one && more.length === 0) return one
  const which = one ? able.map(({ link }) => link) : links
  throw new NotOffered('the BMC has several systems', {
    why: `${which.join(', ')}: ${one ? 'each' : 'none'} has #ComputerSystem.Reset${broken}`,
    fix: 'use IPMI for it: luna bmcsetup change NAME --protocol ipmi',
  })
}

// PowerState (schema Resource of DSP8010) for people; that of a system may be null, too.
const states = {
  On: 'on',
  Off: 'off',
  PoweringOn: 'powering on',
  PoweringOff: 'powering off',
  Paused: 'paused',
} as const

export type State = (typeof states)[keyof typeof states]

/** Undefined where the BMC does not know, or says what has no meaning. */
export function stateOf({ body }: Answer): State | undefined {
  const said = textOf(body.PowerState)?.toLowerCase()
  return Object.entries(states).find(([word]) => word.toLowerCase() === said)?.[1]
}

export interface Reset {
  readonly target: string
  /** Values of ResetType; undefined when the BMC does not say which it takes. */
  readonly offered: readonly string[] | undefined
}

/**
 * How the system is reset. The values stand there, or in a resource of their own (DSP0266, "Action info").
 */
export async function resetWays(redfish: Redfish, { body }: System): Promise<Reset> {
  const entry = resetOf(body) ?? missing('#ComputerSystem.Reset')
  const target = textOf(entry.target) ?? missing('target of #ComputerSystem.Reset')
  const info = textOf(entry['@Redfish.ActionInfo'])
  const inline = textsOf(entry['ResetType@Redfish.AllowableValues'])
  if (inline || info === undefined) return { target, offered: inline }
  const { Parameters: parameters } = (await redfish.get(info)).body
  const all = Array.isArray(parameters) ? parameters.map(objectOf) : []
  return { target, offered: textsOf(all.find((one) => one?.Name === 'ResetType')?.AllowableValues) }
}

/** The lamp has two names in the schema; the newer one since 2020. */
export function lamp({ body }: System, lit: boolean): Json {
  if ('LocationIndicatorActive' in body) return { LocationIndicatorActive: lit }
  if (!('IndicatorLED' in body)) throw new NotOffered('the BMC knows of no lamp')
  const offered = textsOf(body['IndicatorLED@Redfish.AllowableValues'])
  const on = offered?.includes('Blinking') === false && offered.includes('Lit') ? 'Lit' : 'Blinking'
  return { IndicatorLED: lit ? on : 'Off' }
}

function resetOf(body: Json): Json | undefined {
  return objectOf(objectOf(body.Actions)?.['#ComputerSystem.Reset'])
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

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => textOf(one) !== undefined) : undefined
}

function missing(what: string): never {
  throw new NotOffered(`the BMC's Redfish has no ${what}`)
}
