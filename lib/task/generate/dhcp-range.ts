// The DHCP range: addresses for machines whose MAC address is not known, and how it moves.
import { LunaError } from '../../error.ts'
import type { Cluster } from '../../object/cluster.ts'
import type { Id, Range } from '../../object/field.ts'
import { formatPrefix, fromOffset, parseIp, toOffset } from '../../object/net/address.ts'
import { type AddressUse, addressUses, type Inventory } from '../../object/net/address-use.ts'
import { complement, release, reserve, tidy } from '../../object/net/freelist.ts'
import { type Network, prefixOf, prefixText } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'

export interface RangeWish {
  readonly network?: string
  readonly start?: string
  readonly end?: string
}

export interface DhcpRange extends Range {
  readonly network: Network
  /** The free lists that change because the range comes to be here. */
  readonly freelists: ReadonlyMap<Id, readonly Range[]>
  /** The range is another one than before. */
  readonly moved: boolean
}

/**
 * The wanted range, or the stored one when none is given. Throws LunaError `invalid` or `refused` for a range
 * that cannot be, `not-found` for an unknown network.
 */
export async function findRange(
  store: Store,
  cluster: Cluster,
  all: Inventory,
  wish: RangeWish,
): Promise<DhcpRange> {
  requireFrontend(cluster)
  const { network, start, end } = wish
  if (network !== undefined && start !== undefined && end !== undefined) {
    const found = await store.getNamed('network', network)
    return wantedRange(cluster, all, found, start, end)
  }
  if (network === undefined && start === undefined && end === undefined) return storedRange(cluster, all)
  throw new LunaError('invalid', 'network, first and last address of the DHCP range belong together', {
    fix: 'give --network, --start_ip and --end_ip, or none of them',
  })
}

function storedRange(cluster: Cluster, all: Inventory): DhcpRange {
  const { dhcp_net, dhcp_range_start: start, dhcp_range_end: end } = cluster
  const fix = 'luna cluster makedhcp --network NETWORK --start_ip FIRST --end_ip LAST'
  if (dhcp_net === null || start === null || end === null) {
    throw new LunaError('invalid', 'the cluster has no DHCP range yet', { fix })
  }
  const network = all.network.find(({ id }) => id === dhcp_net)
  if (!network)
    throw new LunaError('not-found', `the network of the DHCP range, ${dhcp_net}, is gone`, { fix })
  // In another network nodes may reach it through a router, as the first Luna allowed: `rangeWarnings` tells.
  const elsewhere = all.network.some((each) => offsetIn(each, cluster.frontend_address ?? '') !== undefined)
  if (!elsewhere) insideFrontend(network, cluster)
  return { network, start, end, freelists: new Map(), moved: false }
}

function wantedRange(
  cluster: Cluster,
  all: Inventory,
  network: Network,
  first: string,
  last: string,
): DhcpRange {
  const prefix = prefixOf(network)
  if (prefix.version !== 4)
    throw new LunaError('invalid', `network "${network.name}" is not IPv4`, {
      fix: 'choose an IPv4 network (luna network list)',
    })
  const fix = `give two addresses of ${formatPrefix(prefix)}`
  const start = inside(network, 'the first address', first, fix)
  const end = inside(network, 'the last address', last, fix)
  insideFrontend(network, cluster)
  if (end <= start)
    throw new LunaError('invalid', `the DHCP range ends at ${last}, before or where it starts`, {
      fix: 'give the lower address with --start_ip, the higher one with --end_ip',
    })
  const others = addressUses({ ...all, cluster: [] })
  const freelists = withoutRange(cluster, all, others)
  const free = reserve(freelists.get(network.id) ?? tidy(network.freelist, prefix), start, end)
  if (!free) throw taken(network, others, start, end)
  freelists.set(network.id, free)
  const moved =
    cluster.dhcp_net !== network.id || cluster.dhcp_range_start !== start || cluster.dhcp_range_end !== end
  return { network, start, end, freelists: moved ? freelists : new Map(), moved }
}

function requireFrontend(cluster: Cluster): void {
  if (parseIp(cluster.frontend_address ?? '')?.version === 4) return
  const now = cluster.frontend_address
    ? `${JSON.stringify(cluster.frontend_address)} is none`
    : 'there is none'
  throw new LunaError('invalid', 'DHCP needs an IPv4 frontend address', {
    why: now,
    fix: 'luna cluster change --frontend_address ADDRESS',
  })
}

/** Nodes boot from the frontend address, by a dhcpd that answers in the network. */
function insideFrontend(network: Network, cluster: Cluster): void {
  const fix =
    'luna cluster change --frontend_address ADDRESS, or serve another network (luna cluster makedhcp -N)'
  inside(network, 'the frontend address', cluster.frontend_address ?? '', fix)
}

function offsetIn(network: Network, text: string): bigint | undefined {
  const ip = parseIp(text)
  return ip && toOffset(prefixOf(network), ip)
}

function inside(network: Network, what: string, text: string, fix: string): bigint {
  const offset = offsetIn(network, text)
  if (offset !== undefined) return offset
  const where = `network "${network.name}", ${prefixText(network)}`
  throw new LunaError('invalid', `${what} ${JSON.stringify(text)} does not lie in ${where}`, { fix })
}

/**
 * The free list of the former network with the former range given back. Addresses in it that something has
 * stay taken: the first Luna could put a range over them.
 */
function withoutRange(
  cluster: Cluster,
  all: Inventory,
  others: readonly AddressUse[],
): Map<Id, readonly Range[]> {
  const former = all.network.find(({ id }) => id === cluster.dhcp_net)
  const { dhcp_range_start: start, dhcp_range_end: end } = cluster
  if (!former || start === null || end === null) return new Map()
  const prefix = prefixOf(former)
  const unused = complement(
    others.filter((one) => one.network === former.id),
    prefix,
  )
  const free = unused
    .map((gap) => ({ start: later(gap.start, start), end: earlier(gap.end, end) }))
    .filter((gap) => gap.start <= gap.end)
    .reduce((list, gap) => release(list, gap.start, gap.end), tidy(former.freelist, prefix))
  return new Map([[former.id, free]])
}

function later(a: bigint, b: bigint): bigint {
  return a < b ? b : a
}

function earlier(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function taken(network: Network, others: readonly AddressUse[], start: bigint, end: bigint): LunaError {
  const [by] = usersIn(network, others, start, end)
  return new LunaError(
    'refused',
    `not all addresses of the DHCP range are free in network "${network.name}"`,
    {
      why: by ?? 'some of them are reserved',
      fix: `luna network show ${network.name}`,
    },
  )
}

/** What the operator should know of a range: addresses in it that are in use. */
export function rangeWarnings(
  cluster: Cluster,
  all: Inventory,
  { network, start, end }: DhcpRange,
): string[] {
  const others = addressUses({ ...all, cluster: [] })
  const warnings = usersIn(network, others, start, end).map(
    (user) => `inside the DHCP range: ${user}; unknown machines may get the same address`,
  )
  const frontend = offsetIn(network, cluster.frontend_address ?? '')
  if (frontend === undefined)
    warnings.push(
      `the frontend address ${cluster.frontend_address} is not in network ${network.name}: nodes need a router`,
    )
  else if (frontend >= start && frontend <= end)
    warnings.push(`the DHCP range contains the frontend address ${cluster.frontend_address}`)
  return warnings
}

/** The users of addresses in the range, each as "10.30.0.5 belongs to node node005 (BOOTIF)". */
function usersIn(network: Network, others: readonly AddressUse[], start: bigint, end: bigint): string[] {
  const prefix = prefixOf(network)
  return others
    .filter((one) => one.network === network.id && one.start <= end && one.end >= start)
    .map((one) => `${fromOffset(prefix, one.start)} belongs to ${one.who}`)
}
