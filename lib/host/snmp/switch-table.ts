// What a network switch knows: which MAC address it has seen at which port, by name and number.
import { type Mac, macObjection, parseMac } from '../../object/net/mac.ts'
import { portNames } from './port-names.ts'
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
  /** How many rows the table has, whether they tell of a machine at a port or not. */
  readonly rows: number
  /** There was more than is ever read. */
  readonly cut: boolean
}

// More than any switch has; an agent that makes up rows is cut off there.
const mostMacs = 65_536

/**
 * Reads the forwarding table under `oid`: `dot1qTpFdbPort` (.1.3.6.1.2.1.17.7.1.2.2.1.2,
 * RFC 4363: VLAN and MAC address) or `dot1dTpFdbPort` (.1.3.6.1.2.1.17.4.3.1.2, RFC 4188:
 * MAC address), in any other table too the last six numbers of a row are the address and
 * its value is the port. Where rows are just numbered the address is in the first column.
 * Throws LunaError `unavailable` or `failed` (session.ts) within `timeout` milliseconds.
 */
export async function readSwitch(
  access: SnmpAccess,
  oid: string,
  { timeout = 20_000, signal }: { timeout?: number; signal?: AbortSignal } = {},
): Promise<SwitchTable> {
  return await withSession(access, timeout, signal, async (walk) => {
    const rows = await walk(oid, mostMacs)
    const told = rows.filter(({ value }) => typeof value === 'number' && value > 0)
    const addresses = told.some(({ index }) => index.length < macLength)
      ? await addressColumn(walk, oid)
      : new Map<string, Mac>()
    const names = told.length > 0 ? await portNames(walk) : new Map<number, string>()
    return { seen: seenIn(told, addresses, names), rows: rows.length, cut: rows.length >= mostMacs }
  })
}

const macLength = 6

/**
 * The addresses of a table whose rows are numbered: the first column of the entry
 * (dot1dTpFdbAddress), by row.
 */
async function addressColumn(walk: Walk, oid: string): Promise<Map<string, Mac>> {
  const rows = await walk(oid.replace(/\.\d+$/, '.1'), mostMacs)
  return new Map(
    rows.flatMap(({ index, value }) => {
      const mac = value instanceof Uint8Array ? macOf([...value]) : undefined
      return mac ? [[index.join('.'), mac] as const] : []
    }),
  )
}

/**
 * Rows whose value is a port. Port 0, left out before, is an address that the switch
 * knows, but not where (RFC 4188).
 */
function seenIn(
  rows: readonly Row[],
  addresses: ReadonlyMap<string, Mac>,
  names: ReadonlyMap<number, string>,
): SeenAtPort[] {
  const seen = new Map<string, SeenAtPort>()
  for (const { index, value } of rows) {
    const mac = index.length < macLength ? addresses.get(index.join('.')) : macOf(index.slice(-macLength))
    if (!mac) continue
    const port = String(value)
    seen.set(`${mac} ${port}`, { mac, port, portname: names.get(Number(value)) || port })
  }
  return [...seen.values()]
}

/** The address of a station; groups of stations and nobody's address give undefined. */
function macOf(bytes: readonly number[]): Mac | undefined {
  if (bytes.length !== macLength) return undefined
  const mac = parseMac(bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'))
  return mac && macObjection(mac) === undefined ? mac : undefined
}
