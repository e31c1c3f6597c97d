// What can be changed in a network. Addresses are kept relative to its base, so moving it moves every address
// in it.
import { LunaError } from '../../error.ts'
import type { Typed } from '../../object/field.ts'
import { formatPrefix, fromOffset, makePrefix } from '../../object/net/address.ts'
import { addressUses } from '../../object/net/address-use.ts'
import { isFree, isUsable, release, reserve, resize, tidy } from '../../object/net/freelist.ts'
import { classlessZone } from '../../object/net/reverse.ts'
import { type Network, type networkFields, prefixOf } from '../../object/network.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { loadInventory } from '../inventory.ts'
import { type Notes, newNotes, type Outcome } from '../outcome.ts'
import { notFree, typedOffset } from './assign-address.ts'
import { checkNsHostname, placeAmong, readOffset, readPrefix } from './network.ts'

type Fields = Required<Typed<typeof networkFields>>
type Changes = Pick<Fields, 'ns_hostname' | 'include' | 'rev_include' | 'classless' | 'comment'> & {
  /** An address of the network that it becomes. */
  readonly network: string
  readonly prefix: number
  /** Addresses. */
  readonly reserve: string
  readonly release: string
  readonly ns_ip: string
}
/** One change of a network, as typed. */
export type NetworkChange = { [F in keyof Changes]: Pick<Changes, F> }[keyof Changes]

/** Changes a network, or throws LunaError with the network as it was. */
export async function changeNetwork(store: Store, name: string, change: NetworkChange): Promise<Outcome> {
  return await store.transaction(async (tx) => {
    const notes = newNotes()
    const network = await tx.getNamed('network', name)
    await tx.update('network', network.id, await decide(tx, network, change, notes))
    return notes
  })
}

async function decide(
  store: Store,
  network: Network,
  change: NetworkChange,
  notes: Notes,
): Promise<Change<'network'>> {
  if ('network' in change) return await move(store, network, change.network, notes)
  if ('prefix' in change) return await changeLength(store, network, change.prefix, notes)
  if ('reserve' in change) return reserveAddress(network, change.reserve)
  if ('release' in change) return await releaseAddress(store, network, change.release, notes)
  if ('ns_ip' in change) return moveNameServer(network, change.ns_ip)
  if ('ns_hostname' in change) checkNsHostname(change.ns_hostname, network.name)
  if ('classless' in change) return { classless: checkClassless(network, change.classless) || null }
  return change
}

async function move(store: Store, network: Network, to: string, notes: Notes): Promise<Change<'network'>> {
  const now = prefixOf(network)
  const next = readPrefix(to, now.length)
  if (next.version !== now.version) {
    throw new LunaError('invalid', `network "${network.name}" cannot change its IP version`, {
      fix: `add another network, and take this one off the interfaces`,
    })
  }
  await placeAmong(store, network.name, next, notes, network.id)
  if (next.base !== now.base)
    notes.warnings.push(
      `network "${network.name}" moves from ${formatPrefix(now)} to ${formatPrefix(next)}, and every address in it`,
    )
  return { NETWORK: next.base }
}

async function changeLength(
  store: Store,
  network: Network,
  length: number,
  notes: Notes,
): Promise<Change<'network'>> {
  const now = prefixOf(network)
  const next = makePrefix({ version: now.version, value: now.base }, length)
  if (!next) {
    throw new LunaError('invalid', `network "${network.name}" cannot have the prefix length ${length}`, {
      fix: now.version === 4 ? 'use 1 to 30' : 'use 1 to 126',
    })
  }
  await placeAmong(store, network.name, next, notes, network.id)
  const freelist = resize(tidy(network.freelist, now), now, next)
  if (!freelist) {
    throw new LunaError('refused', `network "${network.name}" cannot shrink to /${length}`, {
      why: 'addresses above the new end are in use; the name server has the last one unless told otherwise',
      fix: `luna network show ${network.name} --reservedips`,
    })
  }
  if (next.base !== now.base)
    notes.warnings.push(
      `the base of network "${network.name}" moves to ${formatPrefix(next)}, and every address with it`,
    )
  return { NETWORK: next.base, PREFIX: length, freelist }
}

function checkClassless(network: Network, label: string): string {
  const prefix = prefixOf(network)
  if (label === '' || classlessZone(prefix, label)) return label
  const why =
    prefix.version === 4 && prefix.length > 24
      ? `${JSON.stringify(label)} cannot be a label in DNS`
      : 'only IPv4 networks smaller than a /24 have one'
  const fix = 'give the label that the owner of the /24 refers to, like 0-27'
  throw new LunaError('failed', `network "${network.name}" cannot have that classless zone`, { why, fix })
}

function reserveAddress(network: Network, address: string): Change<'network'> {
  const prefix = prefixOf(network)
  const freelist = reserve(tidy(network.freelist, prefix), typedOffset(network, address))
  if (freelist) return { freelist }
  throw notFree(network, address)
}

/** Kept as the emergency tool that it was: even an address in use is released, with a warning. */
async function releaseAddress(
  store: Store,
  network: Network,
  address: string,
  notes: Notes,
): Promise<Change<'network'>> {
  const prefix = prefixOf(network)
  const offset = readOffset(prefix, address)
  const users = addressUses(await loadInventory(store)).filter(
    (one) => one.network === network.id && one.start <= offset && offset <= one.end,
  )
  for (const { who } of users)
    notes.warnings.push(`${address} is released although ${who} has it: it may be given out a second time`)
  return { freelist: release(tidy(network.freelist, prefix), offset) }
}

function moveNameServer(network: Network, address: string): Change<'network'> {
  const prefix = prefixOf(network)
  const offset = readOffset(prefix, address)
  if (offset === network.ns_ip) return {}
  const free = tidy(network.freelist, prefix)
  if (!isFree(free, offset)) {
    throw new LunaError('taken', `${fromOffset(prefix, offset)} is in use in network "${network.name}"`, {
      fix: 'choose a free address, or give its user another one first',
    })
  }
  const old = network.ns_ip
  const released = old !== null && isUsable(prefix, old) ? release(free, old) : free
  return { ns_ip: offset, freelist: reserve(released, offset) ?? released }
}
