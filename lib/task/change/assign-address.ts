// An address that somebody typed, taken from a network.
import { LunaError } from '../../error.ts'
import { formatPrefix, parseIp, toOffset } from '../../object/net/address.ts'
import { addressUses } from '../../object/net/address-use.ts'
import { isUsable } from '../../object/net/freelist.ts'
import { type Network, prefixOf } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'
import { loadInventory } from '../inventory.ts'
import type { Pool } from './pool.ts'

/** Takes the address; `failed` when it is none, lies outside, or is not free. */
export async function assignAddress(pool: Pool, network: Network, address: string): Promise<bigint> {
  const offset = typedOffset(network, address)
  if (pool.reserve(network.id, offset)) return offset
  throw await notFree(pool.store, network, address)
}

/** What to say of an address in the network that is not free: who has it. */
export async function notFree(store: Store, network: Network, address: string): Promise<LunaError> {
  const offset = typedOffset(network, address)
  const who = await whoHas(store, network, offset)
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

/** Who has an address of the network, as a person would say it. */
export async function whoHas(store: Store, network: Network, offset: bigint): Promise<string | undefined> {
  const uses = addressUses(await loadInventory(store))
  return uses.find((one) => one.network === network.id && one.start <= offset && offset <= one.end)?.who
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
export function typedOffset(network: Network, address: string): bigint {
  const ip = parseIp(address)
  if (!ip)
    throw new LunaError('failed', `${JSON.stringify(address)} is not an address`, {
      fix: `give one of ${formatPrefix(prefixOf(network))}`,
    })
  const offset = toOffset(prefixOf(network), ip)
  if (offset !== undefined) return offset
  throw new LunaError('failed', `${address} lies outside ${formatPrefix(prefixOf(network))}`, {
    why: `which is network "${network.name}"`,
    fix: 'give an address in it, or name the network that has this one',
  })
}
