// Changes of a network. Addresses are kept relative to its base, so moving it moves every address
// in it.
import { LunaError } from '../../error.ts'
import type { Typed } from '../../object/field.ts'
import { compressHostlist, counted } from '../../object/hostlist.ts'
import {
  formatPrefix,
  fromOffset,
  makePrefix,
  type Prefix,
  parseIp,
  toOffset,
} from '../../object/net/address.ts'
import { resize, tidy } from '../../object/net/freelist.ts'
import { type Network, type networkFields, prefixOf } from '../../object/network.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import type { Outcome } from '../outcome.ts'
import { assignAddress, usersOf } from './assign-address.ts'
import { type Edit, edit } from './edit.ts'
import { checkClassless, checkNsHostname, placeAmong, readOffset, readPrefix } from './network.ts'

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
  return await edit(store, async (one) => {
    const network = await one.tx.getNamed('network', name)
    await one.pool.load([network.id])
    await one.tx.update('network', network.id, await decide(one, network, change))
  })
}

/** The fields that change. Addresses are taken from the pool and given back to it. */
async function decide(one: Edit, network: Network, change: NetworkChange): Promise<Change<'network'>> {
  if ('network' in change) return await move(one, network, change.network)
  if ('prefix' in change) return await changeLength(one, network, change.prefix)
  if ('ns_ip' in change) return await moveNameServer(one, network, change.ns_ip)
  if ('reserve' in change) {
    await assignAddress(one.pool, network, change.reserve)
    return {}
  }
  if ('release' in change) {
    await releaseAddress(one, network, change.release)
    return {}
  }
  if ('ns_hostname' in change) checkNsHostname(change.ns_hostname, network.name)
  if ('classless' in change) checkClassless(network, change.classless)
  return change
}

async function move(one: Edit, network: Network, to: string): Promise<Change<'network'>> {
  const { tx, notes } = one
  const now = prefixOf(network)
  const next = readPrefix(to, now.length)
  if (next.version !== now.version) {
    throw new LunaError('invalid', `network "${network.name}" cannot change its IP version`, {
      fix: `add another network, and take this one off the interfaces`,
    })
  }
  await placeAmong(tx, network.name, next, notes, network.id)
  if (next.base !== now.base)
    notes.warnings.push(
      `network "${network.name}" moves from ${formatPrefix(now)} to ${formatPrefix(next)}, and every address in it`,
      ...(await leftBehind(one, network, next)),
    )
  return { NETWORK: next.base }
}

async function changeLength(one: Edit, network: Network, length: number): Promise<Change<'network'>> {
  const { tx, notes } = one
  const now = prefixOf(network)
  const next = makePrefix({ version: now.version, value: now.base }, length)
  if (!next) {
    throw new LunaError('invalid', `network "${network.name}" cannot have the prefix length ${length}`, {
      fix: now.version === 4 ? 'use 1 to 30' : 'use 1 to 126',
    })
  }
  await placeAmong(tx, network.name, next, notes, network.id)
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
      ...(await leftBehind(one, network, next)),
    )
  return { NETWORK: next.base, PREFIX: length, freelist }
}

/** What does not follow by itself when a network gets another base; nodes are told elsewhere. */
async function leftBehind({ tx, cluster }: Edit, network: Network, next: Prefix): Promise<string[]> {
  const switches = (await tx.list('switch')).filter((one) => one.network === network.id)
  const devices = (await tx.list('otherdev')).filter(({ connected }) => network.id in connected)
  const told = [switches, devices].flatMap((some, at) => {
    const names = compressHostlist(some.map(({ name }) => name))
    return names === '' ? [] : [`${counted(some.length, at === 0 ? 'switch' : 'otherdev')}: ${names}`]
  })
  const { frontend_address: frontend } = await cluster()
  const ip = parseIp(frontend ?? '')
  const isIn = (prefix: Prefix) => ip !== undefined && toOffset(prefix, ip) !== undefined
  return [
    ...(told.length > 0 ? [`these have other addresses, and do not know it: ${told.join('; ')}`] : []),
    ...(isIn(prefixOf(network)) && !isIn(next)
      ? [`the frontend address ${frontend} stays, and lies outside: luna cluster change --frontend_address`]
      : []),
  ]
}

/** Kept as the emergency tool that it was: even an address in use is released, with a warning. */
async function releaseAddress({ tx, notes, pool }: Edit, network: Network, address: string): Promise<void> {
  const offset = readOffset(prefixOf(network), address)
  for (const user of await usersOf(tx, network, offset))
    notes.warnings.push(`${address} is released although ${user} has it: it may be given out a second time`)
  pool.release(network.id, offset)
}

async function moveNameServer(
  { tx, pool }: Edit,
  network: Network,
  address: string,
): Promise<Change<'network'>> {
  const prefix = prefixOf(network)
  const offset = readOffset(prefix, address)
  if (offset === network.ns_ip) return {}
  if (!pool.reserve(network.id, offset)) {
    const [who] = await usersOf(tx, network, offset)
    throw new LunaError('taken', `${fromOffset(prefix, offset)} is in use in network "${network.name}"`, {
      why: who ? `${who} has it` : 'it is reserved',
      fix: 'choose a free address, or give its user another one first',
    })
  }
  if (network.ns_ip !== null) pool.release(network.id, network.ns_ip)
  return { ns_ip: offset }
}
