// The free addresses of the networks that one operation touches: fetched when first asked for, changed in
// memory, written back once at the end.

import type { Id, Range } from '../../object/field.ts'
import { isUsable, release, reserve, takeLowest, tidy } from '../../object/net/freelist.ts'
import { type Network, prefixOf } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'

export interface Pool {
  /** Where the networks are. */
  readonly store: Store
  /** Fetches networks; those that are gone (damaged data) have no address to give or take from then on. */
  load(networks: Iterable<Id>): Promise<void>
  /** A loaded network as it was fetched. */
  network(id: Id): Network | undefined
  /** Takes the lowest free address; undefined when there is none. */
  take(network: Id): bigint | undefined
  /** Takes that address; false when it is not free, or no address for a host. */
  reserve(network: Id, offset: bigint): boolean
  /** Gives an address back. */
  release(network: Id, offset: bigint): void
  /** Writes what was changed. */
  save(): Promise<void>
}

interface Entry {
  readonly network: Network
  free: Range[]
  changed: boolean
}

export function openPool(store: Store): Pool {
  const entries = new Map<Id, Entry | undefined>()

  function change(id: Id, free: Range[] | undefined): boolean {
    const entry = entries.get(id)
    if (!entry || !free) return false
    entry.free = free
    entry.changed = true
    return true
  }

  return {
    store,
    async load(networks) {
      for (const id of new Set(networks)) if (!entries.has(id)) entries.set(id, await fetchEntry(store, id))
    },
    network: (id) => entries.get(id)?.network,
    take(id) {
      const taken = takeLowest(entries.get(id)?.free ?? [])
      if (taken) change(id, taken.free)
      return taken?.offset
    },
    reserve(id, offset) {
      return change(id, reserve(entries.get(id)?.free ?? [], offset))
    },
    release(id, offset) {
      const entry = entries.get(id)
      if (entry && isUsable(prefixOf(entry.network), offset)) change(id, release(entry.free, offset))
    },
    async save() {
      for (const [id, entry] of entries) {
        if (entry?.changed) await store.update('network', id, { freelist: entry.free })
      }
    },
  }
}

async function fetchEntry(store: Store, id: Id): Promise<Entry | undefined> {
  const network = await store.find('network', id)
  // Old databases may count the base or the broadcast address as free: no object gets these.
  return network && { network, free: tidy(network.freelist, prefixOf(network)), changed: false }
}
