// The map of a network as people and scripts see it.
import { addressUses } from '../../object/net/address-use.ts'
import { mapLine, networkMap } from '../../object/net/network-map.ts'
import { addressIn, prefixText } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'
import { loadInventory } from '../inventory.ts'

export interface ShownMap {
  readonly name: string
  readonly network: string
  /** A line of `#`, `+` and `.`: taken, in part, free. */
  readonly line: string
  readonly ranges: readonly ShownRange[]
}

interface ShownRange {
  readonly first: string
  readonly last: string
  /** How many addresses, as a text: there are more in IPv6 than JSON has numbers for. */
  readonly count: string
  readonly state: 'taken' | 'reserved' | 'free'
  readonly who: string
}

// Beside the borders of a screen of 80 columns.
const signs = 64

/** The map of the network with that name; `not-found` when there is none. */
export async function showMap(store: Store, name: string): Promise<ShownMap> {
  const network = await store.getNamed('network', name)
  const ranges = networkMap(network, addressUses(await loadInventory(store)))
  return {
    name,
    network: prefixText(network),
    line: mapLine(network, ranges, signs),
    ranges: ranges.map(({ start, end, state, who }) => {
      const [first, last] = [addressIn(network, start) ?? `+${start}`, addressIn(network, end) ?? `+${end}`]
      return { first, last, count: String(end - start + 1n), state, who }
    }),
  }
}
