// Which addresses of which network the objects of a cluster have: what a free list must agree with.
import type { Id, Kind } from '../field.ts'
import type { Objects } from '../objects.ts'
import { type Assignment, heldBy } from './slot.ts'

/** All objects of a cluster by kind. */
export type Inventory = { readonly [K in Kind]: readonly Objects[K][] }

/** Addresses from `start` to `end`, relative to the network, and who has them. */
export interface AddressUse {
  readonly network: Id
  readonly start: bigint
  readonly end: bigint
  /** For people: `node node001 (BOOTIF)`. */
  readonly who: string
  /** The host that has it, of several alike; absent of name servers and the DHCP range. */
  readonly host?: {
    readonly kind: 'switch' | 'otherdev' | 'node'
    readonly name: string
    readonly on?: string
  }
}

/**
 * Every address that an object has, in the order: name servers, DHCP range, switches, other devices, nodes.
 */
export function addressUses(all: Inventory): AddressUse[] {
  return [
    ...all.network.flatMap((network) =>
      one(network.id, network.ns_ip, `the name server of network ${network.name}`),
    ),
    ...all.cluster.flatMap(dhcpRange),
    ...all.switch.flatMap(({ name, network, ip }) =>
      one(network, ip, `switch ${name}`, { kind: 'switch', name }),
    ),
    ...all.otherdev.flatMap(({ name, connected }) =>
      Object.entries(connected).flatMap(([id, offset]) =>
        one(id as Id, offset, `otherdev ${name}`, { kind: 'otherdev', name }),
      ),
    ),
    ...nodeAddresses(all),
  ]
}

function nodeAddresses({ group, node }: Pick<Inventory, 'group' | 'node'>): AddressUse[] {
  const groups = new Map(group.map((each) => [each.id, each]))
  return node.flatMap((each) => {
    const own = each.group === null ? undefined : groups.get(each.group)
    const held: Assignment[] = own ? heldBy(each, own) : []
    return held.flatMap(({ network, offset, name }) => {
      const host = { kind: 'node', name: each.name, on: name } as const
      return one(network, offset, `node ${each.name} (${name})`, host)
    })
  })
}

function one(
  network: Id | null,
  offset: bigint | null,
  who: string,
  host?: AddressUse['host'],
): AddressUse[] {
  if (network === null || offset === null) return []
  return [{ network, start: offset, end: offset, who, ...(host && { host }) }]
}

function dhcpRange(cluster: Objects['cluster']): AddressUse[] {
  const { dhcp_net: network, dhcp_range_start: start, dhcp_range_end: end } = cluster
  if (network === null || start === null || end === null) return []
  return [{ network, start, end, who: 'the DHCP range' }]
}
