// The addresses of a cluster with their names, as its zones have them: for hosts(5).

import { hostNames } from '../../object/host-names.ts'
import { isDnsName, isHostLabel } from '../../object/name.ts'
import { parseIp } from '../../object/net/address.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import { addressIn, type Network } from '../../object/network.ts'
import type { HostLine } from '../../render/export/hosts.ts'
import type { Store } from '../../store/store.ts'
import { chosenInventory, type NodeChoice } from '../choose/nodes.ts'

/**
 * A line per address: of all that has one or, where nodes are chosen, of these alone. A name without its
 * domain is that of the address in the domain of its group, else of the first one that there is.
 */
export async function hostLines(store: Store, choice: NodeChoice | undefined): Promise<HostLine[]> {
  const chosen = await chosenInventory(store, choice)
  const all = choice ? nodesOnly(chosen) : chosen
  const lines = orderedNetworks(all).flatMap((network) => linesIn(network, all))
  const taken = new Set<string>()
  return lines.map(({ address, name, zone }) => {
    const short = `${address.includes(':') ? 6 : 4} ${name}`
    const free = taken.size < taken.add(short).size
    return { address, names: [...(zone === '' ? [] : [`${name}.${zone}`]), ...(free ? [name] : [])] }
  })
}

function nodesOnly(all: Inventory): Inventory {
  const network = all.network.map((one) => ({ ...one, ns_ip: null }))
  return { ...all, network, switch: [], otherdev: [] }
}

/** Domains of groups first, then what nodes boot from: there names without a domain are looked for. */
function orderedNetworks({ network, group }: Inventory): Network[] {
  const domains = new Set(group.map(({ domain }) => domain))
  const boot = new Set(
    group.flatMap(({ interfaces }) =>
      Object.values(interfaces).flatMap((one) => (one.name === 'BOOTIF' ? Object.values(one.network) : [])),
    ),
  )
  const rank = ({ id }: Network) => (domains.has(id) ? 0 : boot.has(id) ? 1 : 2)
  return network.toSorted((a, b) => rank(a) - rank(b))
}

interface Named {
  readonly address: string
  readonly name: string
  readonly zone: string
}

function linesIn(network: Network, all: Inventory): Named[] {
  const zone = isDnsName(network.name) ? network.name : ''
  const named = hostNames(network, all).toSorted((a, b) =>
    a.offset < b.offset ? -1 : Number(a.offset > b.offset),
  )
  return named.flatMap(({ name, offset }) => {
    const address = addressIn(network, offset)
    return address !== undefined && parseIp(address) && isHostLabel(name) ? [{ address, name, zone }] : []
  })
}
