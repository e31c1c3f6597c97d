// Which addresses the services of a head serve: the cluster's networks, those that a site adds, the heads,
// and the head itself. An address can move between heads, so this is said as networks and not by where they
// listen.
import { type Cluster, headAddresses } from '../cluster.ts'
import { type Network, prefixOf } from '../network.ts'
import { bitsOf, formatIp, type Ip, type Prefix, parseIp } from './address.ts'

/** The machine itself (RFC 1122, RFC 4291). */
const loopback: readonly Prefix[] = [
  { version: 4, base: 127n << 24n, length: 8 },
  { version: 6, base: 1n, length: 128 },
]

type ClusterFacts = Pick<Cluster, 'frontend_address' | 'cluster_ips' | 'boot_networks'>

/** The heads: loopback, the frontend address and those of all heads. */
export function headPrefixes(cluster: ClusterFacts): Prefix[] {
  const addresses = [cluster.frontend_address ?? '', ...headAddresses(cluster)]
  return [...loopback, ...addresses.flatMap((text) => parseNetwork(text) ?? [])]
}

/** Heads, networks of the cluster, and networks of the site, without those that lie in another one. */
export function servedPrefixes(cluster: ClusterFacts, networks: readonly Network[]): Prefix[] {
  const own = networks.filter(({ NETWORK, PREFIX }) => NETWORK !== null && PREFIX > 0).map(prefixOf)
  const all = [...headPrefixes(cluster), ...own, ...siteNetworks(cluster)]
  return all.filter((one, at) => !all.some((other, place) => place !== at && holds(other, one, place < at)))
}

/** The networks that a site has added (`boot_networks`). */
function siteNetworks({ boot_networks }: Pick<Cluster, 'boot_networks'>): Prefix[] {
  return (boot_networks ?? '').split(',').flatMap((text) => parseNetwork(text.trim()) ?? [])
}

/** Reads ADDRESS or ADDRESS/LENGTH; undefined for what is neither, or has bits beyond its length. */
export function parseNetwork(text: string): Prefix | undefined {
  const [, address = '', digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const ip = parseIp(address)
  if (!ip) return undefined
  const length = digits === undefined ? bitsOf(ip.version) : Number(digits)
  if (length > bitsOf(ip.version)) return undefined
  const shift = BigInt(bitsOf(ip.version) - length)
  const whole = (ip.value >> shift) << shift === ip.value
  return whole ? { version: ip.version, base: ip.value, length } : undefined
}

/** ADDRESS/LENGTH, or the address alone where it is one machine. */
export function networkText({ version, base, length }: Prefix): string {
  return length === bitsOf(version) ? formatIp(version, base) : `${formatIp(version, base)}/${length}`
}

/** The value of an address as IPv4 where it is one in the form of IPv6 (`::ffff:10.0.0.1`). */
export function plainIp(text: string): Ip | undefined {
  const ip = parseIp(text)
  const mapped = ip?.version === 6 && ip.value >> 32n === 0xffffn
  return mapped ? { version: 4, value: ip.value & 0xffff_ffffn } : ip
}

/** Whether an address lies in one of the networks. */
export function isServed(address: string, prefixes: readonly Prefix[]): boolean {
  const ip = plainIp(address)
  return ip !== undefined && prefixes.some((prefix) => isIn(whole(ip), prefix))
}

function whole({ version, value }: Ip): Prefix {
  return { version, base: value, length: bitsOf(version) }
}

/** Whether `one` lies in `other`; of two that are the same, the earlier one holds the later one. */
function holds(other: Prefix, one: Prefix, earlier: boolean): boolean {
  if (!isIn(one, other)) return false
  return other.length < one.length || earlier
}

function isIn(one: Prefix, other: Prefix): boolean {
  if (one.version !== other.version || one.length < other.length) return false
  const shift = BigInt(bitsOf(one.version) - other.length)
  return one.base >> shift === other.base >> shift
}
