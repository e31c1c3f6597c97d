// What every change of a group's interface needs: the group, the interface, its networks, and the nodes that
// follow.
import { LunaError } from '../../error.ts'
import type { GroupInterface, NodeInterface } from '../../object/field.ts'
import { type Group, interfaceKey } from '../../object/group.ts'
import type { Version } from '../../object/net/address.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import type { Outcome } from '../outcome.ts'
import { type Edit, edit } from './edit.ts'
import type { Pool } from './pool.ts'

/** The pool knows the networks that the interface has. */
export interface InterfaceEdit extends Edit {
  readonly group: Group
  readonly key: string
  readonly iface: GroupInterface
}

/**
 * Runs `work` alone on an interface that must exist (`failed`), and writes the free lists back afterwards.
 */
export async function withInterface(
  store: Store,
  groupName: string,
  name: string,
  work: (one: InterfaceEdit) => Promise<void>,
): Promise<Outcome> {
  return await edit(store, async (one) => {
    const group = await one.tx.getNamed('group', groupName)
    const { key, iface } = requireInterface(group, name)
    await one.pool.load([iface.network[4], iface.network[6]].filter((id) => id !== null))
    await work({ ...one, group, key, iface })
  })
}

/** The interface of that name; `failed` when the group has none. */
export function requireInterface(group: Group, name: string): Pick<InterfaceEdit, 'key' | 'iface'> {
  const key = interfaceKey(group, name)
  const iface = key === undefined ? undefined : group.interfaces[key]
  if (key !== undefined && iface) return { key, iface }
  throw new LunaError('failed', `group "${group.name}" has no interface "${name}"`, {
    fix: `add it: luna group change ${group.name} -i ${name} --add`,
  })
}

/** Gives every node of the group, by name, the interfaces that `change` says. */
export async function eachNode(
  store: Store,
  group: Group,
  change: (node: Node) => Record<string, NodeInterface>,
): Promise<void> {
  for (const node of await store.nodesOf(group.id))
    await store.update('node', node.id, { interfaces: change(node) })
}

/** Gives the address back that the node has on the interface, if any. */
export function freeAddress(
  pool: Pool,
  node: Node,
  key: string,
  iface: GroupInterface,
  version: Version,
): void {
  const network = iface.network[version]
  const offset = node.interfaces[key]?.[version] ?? null
  if (network !== null && offset !== null) pool.release(network, offset)
}
