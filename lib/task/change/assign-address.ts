// An address that somebody typed, taken from a network.
import { LunaError } from '../../error.ts'
import { formatPrefix, parseIp, toOffset } from '../../object/net/address.ts'
import { type Network, prefixOf } from '../../object/network.ts'
import type { Pool } from './pool.ts'

/** Takes the address; `invalid` or `failed` with that exit status when it is none, lies outside, or is not free. */
export function assignAddress(pool: Pool, network: Network, address: string, exit: number): bigint {
  const offset = readTyped(network, address, exit)
  if (pool.reserve(network.id, offset)) return offset
  throw new LunaError('failed', `${address} is not free in network "${network.name}"`, {
    fix: `see who has what: luna network show ${network.name} --reservedips`,
    exit,
  })
}

/** Takes the address in place of the old one, which becomes free. Its own address again is fine; a refusal changes nothing. */
export function reassignAddress(pool: Pool, network: Network, address: string, old: bigint | null): bigint {
  if (readTyped(network, address, 1) === old) {
    // An old database may count it as free.
    pool.reserve(network.id, old)
    return old
  }
  const offset = assignAddress(pool, network, address, 1)
  if (old !== null) pool.release(network.id, old)
  return offset
}

function readTyped(network: Network, address: string, exit: number): bigint {
  const ip = parseIp(address)
  if (!ip) throw new LunaError('invalid', `${JSON.stringify(address)} is not an address`, { exit })
  const offset = toOffset(prefixOf(network), ip)
  if (offset !== undefined) return offset
  throw new LunaError('failed', `${address} lies outside ${formatPrefix(prefixOf(network))}`, {
    why: `that is network "${network.name}"`,
    exit,
  })
}
