// Names for the reverse lookup: the zone of a network, and the name of an address within it (RFC 1035 section
// 3.5, RFC 3596 section 2.5). A zone covers the whole octets or nibbles of the prefix, so several networks
// may share one.
import { bitsOf, type Ip, type Prefix, type Version } from './address.ts'

const roots = { 4: 'in-addr.arpa', 6: 'ip6.arpa' } satisfies Record<Version, string>

/**
 * The reverse zone of a network: `30.10.in-addr.arpa` for 10.30.0.0/16 and for 10.30.0.0/18. Undefined when
 * the prefix covers no whole label (IPv4 below /8, IPv6 below /4): there is no such zone short of the whole
 * tree.
 */
export function reverseZone(prefix: Prefix): string | undefined {
  const covered = coveredLabels(prefix)
  if (covered === 0) return undefined
  const labels = labelsOf({ version: prefix.version, value: prefix.base })
  return [...labels.slice(-covered), roots[prefix.version]].join('.')
}

/**
 * The zone that whoever has the surrounding /24 delegates to (RFC 2317 section 4):
 * `0-27.7.168.192.in-addr.arpa` for 192.168.7.0/27 and the label `0-27`. Which label that is is theirs to
 * say. Undefined for other networks than IPv4 beyond /24.
 */
export function classlessZone(prefix: Prefix, label: string): string | undefined {
  if (prefix.version !== 4 || prefix.length <= 24 || !/^\w([\w/-]{0,61}\w)?$/.test(label)) return undefined
  return `${label}.${reverseZone(prefix)}`
}

/** The full name of the PTR record of an address, without the last dot: `5.0.30.10.in-addr.arpa`. */
export function ptrName(ip: Ip): string {
  return [...labelsOf(ip), roots[ip.version]].join('.')
}

function coveredLabels(prefix: Prefix): number {
  return Math.floor(prefix.length / bitsPerLabel(prefix.version))
}

function labelsOf(ip: Ip): string[] {
  if (ip.version === 4) {
    const value = Number(ip.value)
    return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24].map(String)
  }
  const step = bitsPerLabel(ip.version)
  return Array.from({ length: bitsOf(ip.version) / step }, (_, at) =>
    BigInt.asUintN(step, ip.value >> BigInt(at * step)).toString(16),
  )
}

function bitsPerLabel(version: Version): number {
  return version === 4 ? 8 : 4
}
