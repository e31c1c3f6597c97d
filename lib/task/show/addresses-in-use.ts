// Addresses of a network that are in use, and by what.
import type { Id } from '../../object/field.ts'
import { hostNames } from '../../object/host-names.ts'
import { addressUses } from '../../object/net/address-use.ts'
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

/** What has an address of a network, in words for people: `node node001 (BOOTIF)`. */
export async function usersOf(store: Store, network: Id, offset: bigint): Promise<string[]> {
  return addressUses(await loadInventory(store))
    .filter((use) => use.network === network && use.start <= offset && offset <= use.end)
    .map(({ who }) => who)
}
