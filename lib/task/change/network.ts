// Networks: added, changed, deleted. What happens to addresses when a network moves or is resized lives in
// network-change.ts.
import { LunaError } from '../../error.ts'
import type { Id } from '../../object/field.ts'
import { checkNewName, isDnsName } from '../../object/name.ts'
import {
  formatPrefix,
  lastHost,
  makePrefix,
  overlap,
  type Prefix,
  parseIp,
  prefixObjection,
  toOffset,
} from '../../object/net/address.ts'
import { fullRange, isUsable, reserve } from '../../object/net/freelist.ts'
import { classlessZone } from '../../object/net/reverse.ts'
import { type Network, prefixOf } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'
import type { Notes, Outcome } from '../outcome.ts'
import { edit } from './edit.ts'

export interface NetworkWish {
  readonly name: string
  /** Any address in the network: host bits are cleared. */
  readonly address: string
  readonly prefix: number
  /** Host name of the name server. */
  readonly nsHostname: string
  /** Its address; the last one of the network when absent. */
  readonly nsIp?: string
}

/**
 * Adds a network. What is wrong with the wish is `invalid`, `refused` (the name) or `taken`, and creates
 * nothing.
 */
export async function addNetwork(store: Store, wish: NetworkWish): Promise<Outcome> {
  checkNewName('network', wish.name)
  checkNsHostname(wish.nsHostname, wish.name)
  const prefix = readPrefix(wish.address, wish.prefix)
  const nsIp = wish.nsIp === undefined ? lastHost(prefix) : readOffset(prefix, wish.nsIp)
  const freelist = reserve(fullRange(prefix), nsIp)
  if (!freelist) throw unusable(prefix, wish.nsIp ?? '')
  return await edit(store, async ({ tx, notes, claims, insert }) => {
    const claim = await claims('network')
    claim(wish.name)
    await placeAmong(tx, wish.name, prefix, notes)
    await insert('network', {
      name: wish.name,
      version: prefix.version,
      NETWORK: prefix.base,
      PREFIX: prefix.length,
      freelist,
      ns_hostname: wish.nsHostname,
      ns_ip: nsIp,
    })
  })
}

/** Deletes a network that nothing uses, the DHCP range included. */
export async function deleteNetwork(store: Store, name: string): Promise<Outcome> {
  return await edit(store, async ({ tx, cluster, remove }) => {
    const network = await tx.getNamed('network', name)
    await remove('network', network, async () => {
      // The first Luna could lose the link of the DHCP network: the field itself is asked as well.
      if ((await cluster()).dhcp_net !== network.id) return
      throw new LunaError('refused', `network "${name}" cannot be deleted`, {
        why: 'it is the DHCP network',
        fix: 'give another one to luna cluster makedhcp first',
      })
    })
  })
}

/** A prefix as typed; `invalid` when it is none. */
export function readPrefix(address: string, length: number): Prefix {
  const ip = parseIp(address)
  if (!ip)
    throw new LunaError('invalid', `${JSON.stringify(address)} is not the address of a network`, {
      fix: 'write it like 10.30.0.0 or fd00:30::',
    })
  const prefix = makePrefix(ip, length)
  const why = prefix && prefixObjection(prefix)
  if (why)
    throw new LunaError('invalid', `no hosts can be in the network ${formatPrefix(prefix)}`, {
      why,
      fix: 'use private addresses (RFC 1918, RFC 4193) or those that are yours',
    })
  if (prefix) return prefix
  throw new LunaError('invalid', `a network cannot have the prefix length ${length}`, {
    fix: ip.version === 4 ? 'use 1 to 30' : 'use 1 to 126',
  })
}

/** An address in a network, relative to its base; `invalid` when it is none for a host there. */
export function readOffset(prefix: Prefix, address: string): bigint {
  const ip = parseIp(address)
  if (!ip)
    throw new LunaError('invalid', `${JSON.stringify(address)} is not an address`, {
      fix: `give one of ${formatPrefix(prefix)}`,
    })
  const offset = toOffset(prefix, ip)
  if (offset === undefined || !isUsable(prefix, offset)) throw unusable(prefix, address)
  return offset
}

function unusable(prefix: Prefix, address: string): LunaError {
  return new LunaError('invalid', `no host in the network can have the address ${address}`, {
    why: 'it lies outside, or is the first or last address of the network',
    fix: `give one of ${formatPrefix(prefix)}`,
  })
}

/** Refuses a name server name that could not stand in the zone. */
export function checkNsHostname(name: string, zone: string): void {
  const fits = isDnsName(`${name}.${zone}`)
  if (fits) return
  throw new LunaError('invalid', `${JSON.stringify(name)} cannot be the host name of a name server`, {
    why: 'host names have labels of 63 characters and 253 in all, the zone included (RFC 1123 section 2.1)',
    fix: 'use letters, digits and inner hyphens',
  })
}

/** Refuses the label of a classless zone (RFC 2317) that the network cannot have; '' is for none. */
export function checkClassless(network: Network, label: string): void {
  const prefix = prefixOf(network)
  if (label === '' || classlessZone(prefix, label)) return
  const why =
    prefix.version === 4 && prefix.length > 24
      ? `${JSON.stringify(label)} cannot be a label in DNS`
      : 'only IPv4 networks smaller than a /24 have one'
  const fix = 'give the label that the owner of the /24 refers to, like 0-27'
  throw new LunaError('failed', `network "${network.name}" cannot have that classless zone`, { why, fix })
}

/**
 * Networks may lie in each other, with a warning, but no two may start at the same address (`taken`);
 * `except` is the one that is being changed.
 */
export async function placeAmong(
  store: Store,
  name: string,
  prefix: Prefix,
  notes: Notes,
  except?: Id,
): Promise<void> {
  for (const other of await store.list('network')) {
    const there = prefixOf(other)
    if (other.id === except || !overlap(prefix, there)) continue
    if (there.base === prefix.base)
      throw new LunaError('taken', `network "${other.name}" starts at the same address`, {
        fix: `use it, or delete it: luna network delete ${other.name}`,
      })
    const [inner, outer] = [`"${name}" (${formatPrefix(prefix)})`, `"${other.name}" (${formatPrefix(there)})`]
    const [small, large] = prefix.length > there.length ? [inner, outer] : [outer, inner]
    notes.warnings.push(
      `network ${small} lies in network ${large}: the same address can be given out in both`,
    )
  }
}
