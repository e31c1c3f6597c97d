// Reservations of nodes for a dhcpd that Luna does not steer.
import type { Group } from '../../object/group.ts'
import type { Network } from '../../object/network.ts'
import type { Reservation } from '../../render/dhcpd.ts'
import type { Store } from '../../store/store.ts'
import { chosenInventory, type NodeChoice } from '../choose/nodes.ts'
import { reservations } from '../generate/dhcp-reservation.ts'
import { newNotes } from '../outcome.ts'

/** Every MAC address of the nodes that are meant, with the address on the interface that it boots from. */
export async function exportedReservations(
  store: Store,
  choice: NodeChoice | undefined,
): Promise<{ hosts: readonly Reservation[]; warnings: readonly string[] }> {
  const all = await chosenInventory(store, choice)
  const cards = { macs: await store.macs(), also: await store.also() }
  const notes = newNotes()
  const hosts = all.network.flatMap((network) => {
    const group = all.group.filter((one) => bootsFrom(one, network))
    return reservations(network, { group, node: all.node }, cards, notes)
  })
  return { hosts, warnings: notes.warnings }
}

/** Whether its nodes have their boot interface there. */
function bootsFrom({ interfaces }: Group, { id }: Network): boolean {
  const boot = Object.values(interfaces).find(({ name }) => name === 'BOOTIF')
  return boot?.network[4] === id
}
