// The names of a switch's ports, and how the numbers in its forwarding table lead to them.
import type { Walk } from './walk.ts'

// IF-MIB (RFC 2863) and BRIDGE-MIB (RFC 4188).
const ifName = '1.3.6.1.2.1.31.1.1.1.1'
const dot1dBasePortIfIndex = '1.3.6.1.2.1.17.1.4.1.2'

const mostPorts = 16_384
const longestName = 64

/**
 * Names by the number that the forwarding table has for a port. That is a bridge port, and
 * dot1dBasePortIfIndex has its interface. Where there is no such table, or one that begins at 0, which no
 * bridge port is (RFC 4188: 1..65535), the devices that are known have the number of the interface in the
 * forwarding table.
 */
export async function portNames(walk: Walk): Promise<ReadonlyMap<number, string>> {
  const bridge = new Map<number, number>()
  for (const { index, value } of await walk(dot1dBasePortIfIndex, mostPorts)) {
    const [port] = index
    if (port !== undefined && typeof value === 'number') bridge.set(port, value)
  }
  const names = new Map<number, string>()
  for (const { index, value } of await walk(ifName, mostPorts)) {
    const [number] = index
    if (number !== undefined) names.set(number, textOf(value))
  }
  if (bridge.size === 0 || bridge.has(0)) return names
  return new Map([...bridge].map(([port, number]) => [port, names.get(number) ?? '']))
}

function textOf(value: unknown): string {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : ''
  return text
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, longestName)
}
