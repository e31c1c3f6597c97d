// The DHCP range in the database: recorded once dhcpd works with it.
import { LunaError } from '../../error.ts'
import type { Cluster } from '../../object/cluster.ts'
import { type Network, prefixText } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'
import { updateLinked } from '../change/reference-counts.ts'
import { getCluster, loadInventory } from '../inventory.ts'
import type { Notes } from '../outcome.ts'
import { type DhcpRange, findRange, type RangeWish } from './dhcp-range.ts'

/**
 * Reserves the addresses of the range that dhcpd has been given, in a transaction. Other commands have gone
 * on while dhcpd was restarted: throws LunaError `refused` when an address of the range is not free any more,
 * or the range is another one now.
 */
export async function recordRange(tx: Store, wish: RangeWish, given: DhcpRange, notes: Notes): Promise<void> {
  const cluster = await getCluster(tx)
  const range = await findRange(tx, cluster, await loadInventory(tx), wish)
  if (textOf(range) !== textOf(given)) throw changedMeanwhile(given)
  if (range.moved) {
    for (const [id, freelist] of range.freelists) await tx.update('network', id, { freelist })
    const change = { dhcp_net: range.network.id, dhcp_range_start: range.start, dhcp_range_end: range.end }
    await updateLinked(tx, 'cluster', cluster, change, notes)
  }
  await mendLink(tx, cluster, range.network)
}

function textOf({ network, start, end }: DhcpRange): string {
  return `${network.id} ${prefixText(network)} ${start} ${end}`
}

function changedMeanwhile({ network }: DhcpRange): LunaError {
  return new LunaError('refused', 'the DHCP range was not recorded', {
    why: `somebody changed it, or network "${network.name}", while dhcpd was restarted`,
    fix: 'look at both (luna cluster show), and give the command again',
  })
}

/** The first Luna could lose the link to the DHCP network while the range stayed. */
async function mendLink(store: Store, cluster: Cluster, network: Network): Promise<void> {
  const user = { kind: 'cluster', id: cluster.id } as const
  const linked = (await store.uses(user)).some(({ id }) => id === network.id)
  if (!linked) await store.link(user, { kind: 'network', id: network.id })
}
