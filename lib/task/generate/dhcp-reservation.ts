// Reservations of dhcpd: which nodes get a fixed address, and which one.

import type { Id } from '../../object/field.ts'
import { type Group, sortedInterfaces } from '../../object/group.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import type { Mac } from '../../object/net/mac.ts'
import { addressIn, type Network } from '../../object/network.ts'
import type { Node } from '../../object/node.ts'
import type { Reservation } from '../../render/dhcpd.ts'
import { isDhcpdName } from '../../render/escape-dhcpd.ts'
import type { Notes } from '../outcome.ts'

/** MAC addresses of nodes: the first of each, and those of further boot cards. */
export interface Cards {
  readonly macs: ReadonlyMap<Id, Mac>
  readonly also: ReadonlyMap<Id, readonly Mac[]>
}

/**
 * One per MAC address of a node that has an address in the network: the same address on each of its boot
 * cards. A node whose name dhcpd cannot have is left out, with a warning.
 */
export function reservations(
  network: Network,
  all: Pick<Inventory, 'group' | 'node'>,
  cards: Cards,
  notes: Notes,
): Reservation[] {
  const keys = new Map(all.group.map((group) => [group.id, bootKey(group, network.id)]))
  const found: Reservation[] = []
  const seen = new Set<string>()
  for (const node of all.node) {
    const [mac, also] = [cards.macs.get(node.id), cards.also.get(node.id) ?? []]
    const key = node.group === null ? undefined : keys.get(node.group)
    const address = mac || also.length > 0 ? addressOf(node, key, network, notes) : undefined
    if (!address) continue
    if (!isDhcpdName(node.name))
      notes.warnings.push(
        `no DHCP reservation for node ${JSON.stringify(node.name)}: dhcpd cannot have that name`,
      )
    else if (seen.has(node.name))
      notes.warnings.push(`several nodes are called ${node.name}: only the first has a DHCP reservation`)
    else found.push(...(mac ? [{ name: node.name, mac, address }] : []), ...furtherOf(node, also, address))
    seen.add(node.name)
  }
  return found
}

/** Declarations of further cards are called by their address: no node is called so by chance. */
function furtherOf({ name: node }: Node, also: readonly Mac[], address: string): Reservation[] {
  return also.map((mac) => ({ name: `${node}-${mac.replaceAll(':', '')}`, node, mac, address }))
}

/** The interface that boots from the network: BOOTIF, else the first other one in it, but never the BMC. */
function bootKey(group: Group, network: Id): string | undefined {
  const there = sortedInterfaces(group).filter((one) => one.network[4] === network && one.name !== 'BMC')
  return (there.find(({ name }) => name === 'BOOTIF') ?? there[0])?.key
}

function addressOf(node: Node, key: string | undefined, network: Network, notes: Notes): string | undefined {
  const offset = key === undefined ? null : (node.interfaces[key]?.[4] ?? null)
  if (offset === null) return undefined
  const address = addressIn(network, offset)
  if (address === undefined) {
    notes.warnings.push(
      `no DHCP reservation for node ${node.name}: its address lies outside network ${network.name}`,
    )
  }
  return address
}
