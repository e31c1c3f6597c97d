// A network: a prefix, what is free in it, and its zone. Addresses in all other objects are relative to its
// base.

import { field, type ObjectOf } from './field.ts'
import { formatPrefix, fromOffset, netmask, type Prefix } from './net/address.ts'

export const networkFields = {
  name: field('name', 'name of the network, and of its DNS zone', ''),
  version: field('int', 'IP version, 4 or 6', 4),
  NETWORK: field('wide', 'base address', null),
  PREFIX: field('int', 'length of the prefix', 0, { limits: [1, 126] }),
  freelist: field('ranges', 'addresses that nobody has', []),
  ns_hostname: field('text', 'host name of the name server', null),
  ns_ip: field('wide', 'address of the name server', null),
  include: field('text', 'lines added to the forward zone', null, { lines: true }),
  rev_include: field('text', 'lines added to the reverse zone', null, { lines: true }),
  classless: field('text', 'label below the /24 that its owner refers to (RFC 2317)', null, { later: true }),
  comment: field('text', 'the comment', '', { lines: true }),
}

export type Network = ObjectOf<typeof networkFields>

/** The prefix of a network. */
export function prefixOf(network: Pick<Network, 'version' | 'NETWORK' | 'PREFIX'>): Prefix {
  return { version: network.version === 6 ? 6 : 4, base: network.NETWORK ?? 0n, length: network.PREFIX }
}

/** `10.30.0.0/16`. */
export function prefixText(network: Pick<Network, 'version' | 'NETWORK' | 'PREFIX'>): string {
  return formatPrefix(prefixOf(network))
}

/** The dotted netmask of an IPv4 network, '' for IPv6, which has none. */
export function netmaskOf(network: Network): string {
  const { version, length } = prefixOf(network)
  return version === 4 ? netmask(length) : ''
}

/** The address of a network at an offset. Throws LunaError `invalid` when that lies outside. */
export function addressAt(network: Network, offset: bigint): string {
  return fromOffset(prefixOf(network), offset)
}

/** The address of a network at an offset; undefined when that lies outside, as in a damaged database. */
export function addressIn(network: Network, offset: bigint): string | undefined {
  try {
    return addressAt(network, offset)
  } catch {
    return undefined
  }
}
