// What a network switch knows: which MAC address it has seen at which port, by name and number.
import { type Mac, parseMac } from '../../object/net/mac.ts'
import { type SnmpAccess, withSession } from './session.ts'
import type { Row, Walk } from './walk.ts'

/** A machine at a port. */
export interface SeenAtPort {
  readonly mac: Mac
  /** Bridge port number, as text. */
  readonly port: string
  /** ifName of the port, or its number where the switch does not tell. */
  readonly portname: string
}

export interface SwitchTable {
  /** Each once, whatever number of VLANs it was seen in. */
  readonly seen: readonly SeenAtPort[]
  /** There was more than is ever read. */
  readonly cut: boolean
}

// IF-MIB (RFC 2863) and BRIDGE-MIB (RFC 4188).
const ifName = '1.3.6.1.2.1.31.1.1.1.1'
const dot1dBasePortIfIndex = '1.3.6.1.2.1.17.1.4.1.2'

// More than any switch has; an agent that makes up rows is cut off there.
const mostMacs = 65_536
const mostPorts = 16_384
const longestName = 64

/**
 * Reads the forwarding table under `oid`: `dot1qTpFdbPort` (.1.3.6.1.2.1.17.7.1.2.2.1.2, RFC 4363: VLAN and MAC address)
 * or `dot1dTpFdbPort` (.1.3.6.1.2.1.17.4.3.1.2, RFC 4188: MAC address), in any other table too the last six numbers of a row
 * are the address and its value is the port. Throws LunaError `unavailable` or `failed` (snmp-session.ts) within
 * `timeout` milliseconds.
 */
export async function readSwitch(
  access: SnmpAccess,
  oid: string,
  { timeout = 20_000, signal }: { timeout?: number; signal?: AbortSignal } = {},
): Promise<SwitchTable> {
  return await withSession(access, timeout, signal, async (walk) => {
    const rows = await walk(oid, mostMacs)
    const names = rows.length > 0 ? await portNames(walk) : new Map<number, string>()
    return { seen: seenIn(rows, names), cut: rows.length >= mostMacs }
  })
}

async function portNames(walk: Walk): Promise<Map<number, string>> {
  const interfaces = new Map<number, number>()
  for (const { index, value } of await walk(dot1dBasePortIfIndex, mostPorts)) {
    const [port] = index
    if (port !== undefined && typeof value === 'number') interfaces.set(port, value)
  }
  const texts = new Map<number, string>()
  for (const { index, value } of await walk(ifName, mostPorts)) {
    const [number] = index
    if (number !== undefined) texts.set(number, textOf(value))
  }
  return new Map([...interfaces].map(([port, number]) => [port, texts.get(number) ?? '']))
}

function textOf(value: unknown): string {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : ''
  return text
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, longestName)
}

function seenIn(rows: readonly Row[], names: ReadonlyMap<number, string>): SeenAtPort[] {
  const seen = new Map<string, SeenAtPort>()
  for (const { index, value } of rows) {
    const mac = macOf(index.slice(-6))
    // Port 0 is an address that the switch knows, but not where (RFC 4188).
    if (!mac || typeof value !== 'number' || value <= 0) continue
    const port = String(value)
    seen.set(`${mac} ${port}`, { mac, port, portname: names.get(value) || port })
  }
  return [...seen.values()]
}

/** The address of a station; groups of stations and nobody's address give undefined. */
function macOf(bytes: readonly number[]): Mac | undefined {
  const [first = 1] = bytes
  if (bytes.length !== 6 || bytes.some((byte) => byte > 255) || (first & 1) === 1) return undefined
  if (bytes.every((byte) => byte === 0)) return undefined
  return parseMac(bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'))
}
