// The free addresses of networks when a change is undone: what it gave out becomes free, and what it gave
// back is taken again.
import type { LunaError } from '../../error.ts'
import type { Range } from '../../object/field.ts'
import { fromOffset } from '../../object/net/address.ts'
import { addressUses } from '../../object/net/address-use.ts'
import { difference, isFree, release, reserve, tidy } from '../../object/net/freelist.ts'
import { type Network, prefixOf } from '../../object/network.ts'
import { isFreeOnly, type ObjectChange, type Store } from '../../store/store.ts'
import { notFree } from '../change/assign-address.ts'
import { loadInventory } from '../inventory.ts'
import { notUndone } from './not-undone.ts'

type FreeChange = Pick<ObjectChange, 'id' | 'taken' | 'freed'>

/**
 * The free list of a network before the undo, with what the change did to it taken back. Throws LunaError
 * `refused` when an address that it gave back is somebody else's now.
 */
export async function freeBefore(
  store: Store,
  number: number,
  { taken, freed }: FreeChange,
  network: Network,
): Promise<readonly Range[]> {
  let free = tidy(network.freelist, prefixOf(network))
  for (const { start, end } of taken) free = release(free, start, end)
  for (const { start, end } of freed) {
    const left = reserve(free, start, end)
    if (!left) throw await refusal(store, number, network, firstTaken(free, start))
    free = left
  }
  return free
}

function firstTaken(free: readonly Range[], start: bigint): bigint {
  let offset = start
  for (const range of free) if (isFree([range], offset)) offset = range.end + 1n
  return offset
}

async function refusal(store: Store, number: number, network: Network, offset: bigint): Promise<LunaError> {
  const error = await notFree(store, network, fromOffset(prefixOf(network), offset))
  const why = error.why === undefined ? error.message : `${error.message}: ${error.why}`
  return notUndone(number, { why, fix: error.fix ?? `luna network show ${network.name} --reservedips` })
}

/** Refuses addresses that would be taken again and belong to nobody, since interfaces are others now. */
export async function refuseOwnerless(
  store: Store,
  number: number,
  changes: readonly ObjectChange[],
): Promise<void> {
  const free = changes.filter((change) => change.freed.length > 0 && isFreeOnly(change))
  if (free.length === 0 || changes.every(isFreeOnly)) return
  const uses = Map.groupBy(addressUses(await loadInventory(store)), ({ network }) => network)
  for (const { id, freed } of free) {
    const [range] = difference(freed, uses.get(id) ?? [])
    if (!range) continue
    const network = await store.get('network', id)
    const address = fromOffset(prefixOf(network), range.start)
    throw notUndone(number, {
      why: `${address} in network "${network.name}" would belong to nobody: what had it has no such interface now`,
      fix: `see what was changed since: luna history`,
    })
  }
}
