// dhcpd.conf(5) for the network that nodes boot in: who gets which address, and which file to start with.
import { LunaError } from '../error.ts'
import { formatIp, netmask, type Prefix } from '../object/net/address.ts'
import type { Mac } from '../object/net/mac.ts'
import { type Origin, originIn } from '../object/origin.ts'
import { escapeDhcpd, isDhcpdName } from './escape-dhcpd.ts'
import { loadTemplate, renderTemplate, templateSource } from './template.ts'

/** A node with a known MAC address: always the same address. IPv4 in text. */
export interface Reservation {
  /** What the declaration is called; every one has a name of its own. */
  readonly name: string
  /** The node, where that is called otherwise. */
  readonly node?: string
  readonly mac: Mac
  readonly address: string
}

/** One of a pair of servers (dhcpd.conf(5), "DHCP FAILOVER"). */
export interface Failover {
  readonly role: 'primary' | 'secondary'
  /** IPv4 addresses of this server and of the other. */
  readonly address: string
  readonly peer: string
}

export interface DhcpdFacts {
  /** The IPv4 network. */
  readonly network: Prefix
  /** First and last address for machines that are not known. */
  readonly start: string
  readonly end: string
  /** The IPv4 address that nodes reach Luna at, and the URL that begins all URLs there. */
  readonly frontend: string
  readonly url: string
  /** Key of OMAPI: base64. */
  readonly key: string
  readonly hosts: readonly Reservation[]
  readonly failover: Failover | null
}

/**
 * The text of dhcpd.conf. Names that dhcpd cannot have throw LunaError `invalid`: leave them out beforehand
 * (`isDhcpdName`).
 */
export function renderDhcpd(facts: DhcpdFacts, siteDir?: string): string {
  const bad = facts.hosts.find((host) => !isDhcpdName(host.name))
  if (bad)
    throw new LunaError('invalid', `${JSON.stringify(bad.name)} cannot be a name in dhcpd.conf`, {
      fix: 'rename the node: luna node rename NAME --newname OTHER',
    })
  const view = {
    start: facts.start,
    end: facts.end,
    frontend: facts.frontend,
    url: facts.url,
    key: facts.key,
    base: formatIp(4, facts.network.base),
    netmask: netmask(facts.network.length),
    hosts: facts.hosts.map((host) => ({ ...host })),
    failover: facts.failover && { ...facts.failover, isPrimary: facts.failover.role === 'primary' },
  }
  return renderTemplate(loadTemplate('dhcpd.conf.mustache', siteDir), view, escapeDhcpd)
}

/** Where the lines of a dhcpd.conf come from. */
export function dhcpdOrigin(text: string, hosts: readonly Reservation[], siteDir: string): Origin {
  const parts = hosts.map(({ name, node = name }) => ({
    text: `host ${name} {`,
    source: { name: `the reservation of node "${node}"`, fix: `luna node rename ${node} --newname OTHER` },
  }))
  return originIn(text, parts, templateSource('dhcpd.conf.mustache', siteDir))
}

/** What a diff of dhcpd.conf must not show. */
export const dhcpdSecret = /(?<=\bsecret\s)[^;]*/g

/**
 * The OMAPI key of a dhcpd.conf that Luna wrote, so that it stays the same; undefined
 * when there is none of our kind.
 */
export function keyOfDhcpd(text: string): string | undefined {
  const key = /\bkey\s+omapi_key\s*\{([^}]*)\}/.exec(text)?.[1]
  if (!key || !/\balgorithm\s+hmac-sha256\s*;/.test(key)) return undefined
  return /\bsecret\s+"?([A-Za-z0-9+/]{43}=)"?\s*;/.exec(key)?.[1]
}

/** True when a dhcpd.conf makes its server one of a pair. */
export function isFailover(text: string): boolean {
  return roleIn(text) !== undefined
}

/** The part that a dhcpd.conf gives its server in a pair; undefined when there is no pair. */
export function roleIn(text: string): Failover['role'] | undefined {
  const peer = /^\s*failover peer\b[^{;]*\{([^}]*)/m.exec(text)?.[1]
  if (peer === undefined) return undefined
  return /^\s*secondary\s*;/m.test(peer) ? 'secondary' : 'primary'
}
