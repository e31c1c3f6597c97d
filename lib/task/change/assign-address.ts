// An address that somebody typed, taken from a network.
import { LunaError } from '../../error.ts'
import { formatPrefix, parseIp, toOffset } from '../../object/net/address.ts'
import { type Network, prefixOf } from '../../object/network.ts'
import type { Pool } from './pool.ts'

/** Takes the address; `failed` when it is none, lies outside, or is not free. */
export function assignAddress(pool: Pool, network: Network, address: string): bigint {
  const offset = typedOffset(network, address)
  if (pool.reserve(network.id, offset)) return offset
  throw notFree(network, address)
}

export function notFree(network: Network, address: string): LunaError {
  return new LunaError('failed', `${address} is not free in network "${network.name}"`, {
    fix: `see who has what: luna network show ${network.name} --reservedips`,
  })
}

/**
 * Takes the address in place of the old one, which becomes free. Its own address again is fine; a refusal
 * changes nothing.
 */
export function reassignAddress(pool: Pool, network: Network, address: string, old: bigint | null): bigint {
  if (typedOffset(network, address) === old) {
    // An old database may count it as free.
    pool.reserve(network.id, old)
    return old
  }
  const offset = assignAddress(pool, network, address)
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
    why: `that is network "${network.name}"`,
    fix: 'give an address in it, or name the network that has this one',
  })
}
