// Addresses of a network that are in use, and by what.
import { hostNames } from '../../object/host-names.ts'
import type { Store } from '../../store/store.ts'
import { loadInventory } from '../inventory.ts'
import { address } from './describe.ts'

export interface AddressInUse {
  readonly address: string
  readonly user: string
}

/** Every address of a network that is in use, ascending, with its name in DNS. */
export async function addressesInUse(store: Store, name: string): Promise<AddressInUse[]> {
  const network = await store.getNamed('network', name)
  const hosts = hostNames(network, await loadInventory(store))
  return hosts
    .toSorted((a, b) => (a.offset < b.offset ? -1 : Number(a.offset > b.offset)))
    .map((host) => ({ address: address(network, host.offset) ?? '', user: host.name }))
}
