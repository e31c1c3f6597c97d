// Networks on the interfaces of a group, and the addresses that its nodes have there.
import { LunaError } from '../../error.ts'
import type { GroupInterface, Id } from '../../object/field.ts'
import { parseIp, toOffset, type Version } from '../../object/net/address.ts'
import { noAddress } from '../../object/net/slot.ts'
import { type Network, prefixOf, prefixText } from '../../object/network.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import type { Outcome } from '../outcome.ts'
import { exhausted } from './assign-address.ts'
import {
  eachNode,
  freeAddress,
  type InterfaceEdit,
  requireInterface,
  withInterface,
} from './edit-interface.ts'
import type { Pool } from './pool.ts'

/**
 * Gives the interface a network, and every node of the group, by name, the lowest free address there; with
 * `like` the number that it has on that other interface, where that is free. Nodes for which none is left are
 * failures; the others keep what they got.
 */
export async function setNetwork(
  store: Store,
  groupName: string,
  name: string,
  networkName: string,
  like?: string,
): Promise<Outcome> {
  return await withInterface(store, groupName, name, async (edit) => {
    const { tx, notes, group, key, iface, pool } = edit
    const network = await tx.getNamed('network', networkName)
    const version = versionOf(network)
    if (iface.network[version] !== null) {
      throw new LunaError('refused', `interface "${name}" has an IPv${version} network already`, {
        fix: `take it off first: luna group change ${groupName} -i ${name} --delnet`,
      })
    }
    const model = like === undefined ? undefined : requireInterface(group, like).key
    await setLinked(edit, version, network.id)
    await pool.load([network.id])
    const nodes = model === undefined ? [] : await tx.nodesOf(group.id)
    // All of these first: no other node is given one of them.
    const alike = new Map(nodes.map((node) => [node.id, reserveLike(pool, node, model ?? '', network.id)]))
    const lacking: string[] = []
    await eachNode(tx, group, (node) => {
      const offset = alike.get(node.id) ?? pool.take(network.id) ?? null
      if (offset === null) lacking.push(node.name)
      return { ...node.interfaces, [key]: { ...noAddress, ...node.interfaces[key], [version]: offset } }
    })
    if (lacking.length > 0) notes.failures.push(exhausted(network, groupName, lacking))
  })
}

/** Takes the number that the node has on an interface, in that network; undefined where it cannot have it. */
function reserveLike(pool: Pool, { interfaces }: Node, key: string, network: Id): bigint | undefined {
  const own = interfaces[key]
  return [own?.[4] ?? null, own?.[6] ?? null]
    .filter((offset) => offset !== null)
    .find((offset) => pool.reserve(network, offset))
}

/**
 * Takes a network off the interface; the nodes' addresses there become free. Without a name there must be
 * just one.
 */
export async function delNetwork(
  store: Store,
  groupName: string,
  name: string,
  networkName?: string,
): Promise<Outcome> {
  return await withInterface(store, groupName, name, async (edit) => {
    const { tx, group, key, iface, pool } = edit
    const version = await versionToDrop(tx, iface, networkName)
    await setLinked(edit, version, null)
    await eachNode(tx, group, (node) => {
      freeAddress(pool, node, key, iface, version)
      return { ...node.interfaces, [key]: { ...noAddress, ...node.interfaces[key], [version]: null } }
    })
  })
}

/**
 * Says that node N of the group gets the address `base` + N on the interface from now on; nodes that have one
 * keep it. '' ends that for both IP versions. `failed` when the base is no address of a network there.
 */
export async function setNumbers(
  store: Store,
  groupName: string,
  name: string,
  base: string,
): Promise<Outcome> {
  return await withInterface(store, groupName, name, async ({ group, key, iface, pool, update }) => {
    const { [key]: now = noAddress, ...others } = group.numbers
    if (base === '') return await update('group', group, { numbers: others })
    const ip = parseIp(base)
    const id = ip && iface.network[ip.version]
    const network = id ? pool.network(id) : undefined
    const offset = ip && network && toOffset(prefixOf(network), ip)
    if (offset === undefined)
      throw new LunaError('failed', `addresses on "${name}" cannot be counted from ${JSON.stringify(base)}`, {
        why: network
          ? `it lies outside ${prefixText(network)}, which is network "${network.name}"`
          : ip
            ? `the interface has no IPv${ip.version} network`
            : 'it is no address',
        fix: 'give an address in the network of the interface, as its first one: 10.30.0.0',
      })
    await update('group', group, { numbers: { ...others, [key]: { ...now, [ip?.version ?? 4]: offset } } })
  })
}

async function versionToDrop(store: Store, iface: GroupInterface, networkName?: string): Promise<Version> {
  const set = ([4, 6] as const).filter((version) => iface.network[version] !== null)
  const id = networkName === undefined ? undefined : (await store.getNamed('network', networkName)).id
  const [version, another] = set.filter((one) => id === undefined || iface.network[one] === id)
  if (version === undefined) {
    const what = networkName === undefined ? 'a network' : `network "${networkName}"`
    throw new LunaError('failed', `interface "${iface.name}" does not have ${what}`, {
      fix: 'look at it: luna group list',
    })
  }
  if (another === undefined) return version
  throw new LunaError('failed', `interface "${iface.name}" has two networks`, {
    fix: 'say which one: --delnet NETWORK',
  })
}

async function setLinked(edit: InterfaceEdit, version: Version, network: Id | null): Promise<void> {
  const { update, group, key, iface } = edit
  const changed = { ...iface, network: { ...iface.network, [version]: network } }
  const { [key]: numbers, ...others } = group.numbers
  // They were counted in the network that it had.
  const left = numbers && { ...numbers, [version]: null }
  await update('group', group, {
    interfaces: { ...group.interfaces, [key]: changed },
    ...(left && { numbers: left[4] === null && left[6] === null ? others : { ...others, [key]: left } }),
  })
}

function versionOf(network: Network): Version {
  return network.version === 6 ? 6 : 4
}
