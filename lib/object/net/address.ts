// IP addresses and prefixes as numbers: text to value, value to text, and addresses relative to a network
// base. MAC addresses live in mac.ts, names of reverse zones in reverse.ts.
import { LunaError } from '../../error.ts'

export type Version = 4 | 6

/** One address: 32 or 128 bits as an unsigned number. */
export interface Ip {
  version: Version
  value: bigint
}

/** A network: `base` has its host bits cleared, `length` counts the bits that all its addresses share. */
export interface Prefix {
  version: Version
  base: bigint
  length: number
}

/** How many bits an address has: 32 or 128. */
export function bitsOf(version: Version): number {
  return version === 4 ? 32 : 128
}

/**
 * Reads an address, or gives undefined. IPv4: four decimal numbers without leading zeros (which some programs
 * read as octal). IPv6: RFC 4291 section 2.2, with `::` and with IPv4 in the last 32 bits; no zone (`%eth0`).
 */
export function parseIp(text: string): Ip | undefined {
  if (text.length > 45) return undefined
  const version = text.includes(':') ? 6 : 4
  const value = version === 4 ? parseIpv4(text) : parseIpv6(text)
  return value === undefined ? undefined : { version, value }
}

function parseIpv4(text: string): bigint | undefined {
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(text)) return undefined
  const octets = text.split('.')
  if (octets.some((octet) => Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0'))))
    return undefined
  return BigInt(octets.reduce((sum, octet) => sum * 256 + Number(octet), 0))
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, at) => groupsOf(half, at === halves.length - 1))
  if (!head || (halves.length === 2 && !tail)) return undefined
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (tail ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array<bigint>(missing).fill(0n), ...(tail ?? [])]
  return groups.reduce((sum, group) => (sum << 16n) | group, 0n)
}

function groupsOf(half: string, mayEndInIpv4: boolean): bigint[] | undefined {
  if (half === '') return []
  const words = half.split(':')
  const dotted = mayEndInIpv4 && half.includes('.') ? words.pop() : undefined
  if (!words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined
  const groups = words.map((word) => BigInt(`0x${word}`))
  if (dotted === undefined) return groups
  const last = parseIpv4(dotted)
  return last === undefined ? undefined : [...groups, last >> 16n, last & 0xffffn]
}

/**
 * The canonical text of an address; IPv6 by RFC 5952. A value of too many bits throws LunaError `invalid`.
 */
export function formatIp(version: Version, value: bigint): string {
  if (value < 0n || value >> BigInt(bitsOf(version))) {
    throw new LunaError('invalid', `${value} is not an IPv${version} address`, {
      fix: 'look for what is damaged: luna cluster check',
    })
  }
  return version === 4 ? formatIpv4(Number(value)) : formatIpv6(value)
}

function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

function formatIpv6(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${formatIp(4, value & 0xffff_ffffn)}`
  const text = chunks(value, 16, 8)
    .map((group) => group.toString(16))
    .join(':')
  const runs = [...text.matchAll(/\b0(:0)+\b/g)]
  // The first of the longest runs of zero groups (RFC 5952 section 4.2.3); a single zero group is never
  // shortened (4.2.2).
  const longest = Math.max(...runs.map((run) => run[0].length))
  const run = runs.find((one) => one[0].length === longest)
  if (!run) return text
  const head = text.slice(0, run.index).replace(/:$/, '')
  return `${head}::${text.slice(run.index + run[0].length).replace(/^:/, '')}`
}

function chunks(value: bigint, bits: number, count: number): bigint[] {
  return Array.from({ length: count }, (_, at) =>
    BigInt.asUintN(bits, value >> BigInt(bits * (count - 1 - at))),
  )
}

/**
 * The network that an address lies in: host bits are cleared. Undefined unless the length is a whole number
 * in 1..30 (IPv4) or 1..126 (IPv6): there must be room for two hosts beside base and broadcast.
 */
export function makePrefix(ip: Ip, length: number): Prefix | undefined {
  const bits = bitsOf(ip.version)
  if (!Number.isInteger(length) || length < 1 || length > bits - 2) return undefined
  const hostBits = BigInt(bits - length)
  return { version: ip.version, base: (ip.value >> hostBits) << hostBits, length }
}

/** Whether one of the two lies in the other; there is nothing in between. */
export function overlap(one: Prefix, other: Prefix): boolean {
  if (one.version !== other.version) return false
  const shift = BigInt(bitsOf(one.version) - Math.min(one.length, other.length))
  return one.base >> shift === other.base >> shift
}

// Base, length, and what it is for: no host has an address of its own there.
const noHosts: readonly (readonly [base: string, length: number, what: string])[] = [
  ['0.0.0.0', 8, 'for "this network" (RFC 1122)'],
  ['127.0.0.0', 8, 'loopback (RFC 1122)'],
  ['224.0.0.0', 4, 'multicast (RFC 5771)'],
  ['240.0.0.0', 4, 'reserved (RFC 1112)'],
  ['::', 8, 'reserved (RFC 4291)'],
  ['fe80::', 10, 'link-local, which every link has (RFC 4291)'],
  ['ff00::', 8, 'multicast (RFC 4291)'],
]

/** Why no host could have an address of the network; undefined where hosts can. */
export function prefixObjection(prefix: Prefix): string | undefined {
  const found = noHosts.find(([base, length]) => {
    const ip = parseIp(base)
    const block = ip && makePrefix(ip, length)
    return block && prefix.length >= length && overlap(block, prefix)
  })
  return found && `${found[0]}/${found[1]} is ${found[2]}`
}

/** The same for one address. */
export function hostObjection({ version, value }: Ip): string | undefined {
  return prefixObjection({ version, base: value, length: bitsOf(version) })
}

/** `10.30.0.0/16` */
export function formatPrefix(prefix: Prefix): string {
  return `${formatIp(prefix.version, prefix.base)}/${prefix.length}`
}

/** The dotted IPv4 netmask of a prefix length in 0..32: 16 gives `255.255.0.0`. */
export function netmask(length: number): string {
  return formatIp(4, BigInt.asUintN(32, -1n << BigInt(32 - length)))
}

/** The highest relative address a host can have: the last one before the broadcast address. */
export function lastHost(prefix: Prefix): bigint {
  return (1n << BigInt(bitsOf(prefix.version) - prefix.length)) - 2n
}

/** The address relative to the network base (base itself is 0), or undefined when it lies outside. */
export function toOffset(prefix: Prefix, ip: Ip): bigint | undefined {
  const offset = ip.value - prefix.base
  return ip.version === prefix.version && offset >= 0n && offset <= lastHost(prefix) + 1n ? offset : undefined
}

/** The text of a relative address. One that lies outside the network throws LunaError `invalid`. */
export function fromOffset(prefix: Prefix, offset: bigint): string {
  if (offset < 0n || offset > lastHost(prefix) + 1n) {
    throw new LunaError(
      'invalid',
      `relative address ${offset} lies outside the network ${formatPrefix(prefix)}`,
      {
        fix: 'look for what else differs: luna cluster check',
      },
    )
  }
  return formatIp(prefix.version, prefix.base + offset)
}
