// Addresses of networks given to objects and taken back: the lowest free ones, or a certain one.
import { LunaError } from '../../error.ts'
import type { Id, Kind } from '../../object/field.ts'
import type { Group } from '../../object/group.ts'
import { parseIp, toOffset } from '../../object/net/address.ts'
import { addressUses } from '../../object/net/address-use.ts'
import { isUsable } from '../../object/net/freelist.ts'
import { heldBy, type Slot } from '../../object/net/slot.ts'
import { type Network, prefixOf, prefixText } from '../../object/network.ts'
import type { Node } from '../../object/node.ts'
import type { Objects } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { type Find, groupOf } from '../find.ts'
import { loadInventory } from '../inventory.ts'
import type { Numbered } from '../numbered.ts'
import type { Pool } from './pool.ts'

/** Takes an address for every slot of a node, by its number or the lowest free one; others are told apart. */
export function takeAll(
  pool: Pool,
  slots: readonly Slot[],
  { group, node, numbered }: { readonly group: Group; readonly node: string; readonly numbered: Numbered },
) {
  const held = slots.flatMap((slot) => {
    const offset = numbered.take(pool, group, slot, node)
    return offset === undefined ? [] : [{ ...slot, offset }]
  })
  const got = new Set(held.map(({ key, version }) => `${key} ${version}`))
  return { held, lacking: slots.filter(({ key, version }) => !got.has(`${key} ${version}`)) }
}

/**
 * What to say when a network has no address left for these nodes of a group; it may be gone (damaged data).
 */
export function exhausted(network: Network | undefined, group: string, nodes: readonly string[]): LunaError {
  const some = nodes.slice(0, 5).join(' ') + (nodes.length > 5 ? ` and ${nodes.length - 5} more` : '')
  if (!network) {
    return new LunaError('failed', `no address for ${some}`, {
      why: `a network of group "${group}" is gone`,
      fix: 'luna cluster check --repair',
    })
  }
  const widen = `luna network change ${network.name} --prefix ${network.PREFIX - 1}`
  return new LunaError('failed', `no address is left in network "${network.name}" for ${some}`, {
    fix: `widen it (${widen}), then: luna node change NAME --group ${group}`,
  })
}

/** Gives back every address that the node has in its group; without a group (damaged data) it has none. */
export async function releaseAll(pool: Pool, node: Node, group: Group | undefined): Promise<void> {
  const held = group ? heldBy(node, group) : []
  await pool.load(held.map(({ network }) => network))
  for (const { network, offset } of held) pool.release(network, offset)
}

/** Gives back every address that an object has. */
export async function releaseHeld(pool: Pool, find: Find<'group'>, object: Objects[Kind]): Promise<void> {
  if ('interfaces' in object && 'group' in object)
    return await releaseAll(pool, object, await groupOf(find, object))
  const held = 'connected' in object ? Object.entries(object.connected) : placeOf(object)
  await pool.load(held.map(([network]) => network as Id))
  for (const [network, offset] of held) pool.release(network as Id, offset)
}

function placeOf(object: Objects[Kind]): [network: string, offset: bigint][] {
  if (!('ip' in object) || object.network === null || object.ip === null) return []
  return [[object.network, object.ip]]
}

/** Takes the address; `failed` when it is none, lies outside, or is not free. */
export async function assignAddress(pool: Pool, network: Network, address: string): Promise<bigint> {
  const offset = typedOffset(network, address)
  if (pool.reserve(network.id, offset)) return offset
  throw await notFree(pool.store, network, address)
}

/** What to say of an address in the network that is not free: who has it. */
export async function notFree(store: Store, network: Network, address: string): Promise<LunaError> {
  const offset = typedOffset(network, address)
  const [who] = await usersOf(store, network, offset)
  const what = `${address} is not free in network "${network.name}"`
  if (who === undefined && isUsable(prefixOf(network), offset))
    return new LunaError('failed', what, {
      why: 'it is reserved',
      fix: `choose another one, or: luna network change ${network.name} --release ${address}`,
    })
  return new LunaError('failed', what, {
    why: who === undefined ? 'it is the first or last address, which no host can have' : `${who} has it`,
    fix: `choose another one; see who has what: luna network show ${network.name} --reservedips`,
  })
}

/** Who has an address of the network, as a person would say it; several in damaged data. */
export async function usersOf(store: Store, { id }: Network, offset: bigint): Promise<string[]> {
  return addressUses(await loadInventory(store))
    .filter((use) => use.network === id && use.start <= offset && offset <= use.end)
    .map(({ who }) => who)
}

/**
 * Takes the address in place of the old one, which becomes free. Its own address again is fine; a refusal
 * changes nothing.
 */
export async function reassignAddress(
  pool: Pool,
  network: Network,
  address: string,
  old: bigint | null,
): Promise<bigint> {
  if (typedOffset(network, address) === old) {
    // An old database may count it as free.
    pool.reserve(network.id, old)
    return old
  }
  const offset = await assignAddress(pool, network, address)
  if (old !== null) pool.release(network.id, old)
  return offset
}

/** The address relative to the network; `failed` when it is none, or lies outside. */
function typedOffset(network: Network, address: string): bigint {
  const ip = parseIp(address)
  if (!ip)
    throw new LunaError('failed', `${JSON.stringify(address)} is not an address`, {
      fix: `give one of ${prefixText(network)}`,
    })
  const offset = toOffset(prefixOf(network), ip)
  if (offset !== undefined) return offset
  throw new LunaError('failed', `${address} lies outside ${prefixText(network)}`, {
    why: `which is network "${network.name}"`,
    fix: 'give an address in it, or name the network that has this one',
  })
}
