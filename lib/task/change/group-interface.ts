// The interfaces of a group: added, deleted, renamed, edited. Their networks are in group-network.ts. What is
// changed here is carried over to all nodes of the group.
import { LunaError } from '../../error.ts'
import type { GroupInterface } from '../../object/field.ts'
import { scriptWarnings } from '../../object/given/text.ts'
import { type Group, interfaceKey } from '../../object/group.ts'
import { parameterObjections } from '../../object/ifcfg.ts'
import { checkNewName } from '../../object/name.ts'
import { noAddress } from '../../object/net/slot.ts'
import type { Store } from '../../store/store.ts'
import { networkLosses } from '../image/network-losses.ts'
import type { Outcome } from '../outcome.ts'
import { edit } from './edit.ts'
import { eachNode, freeAddress, withInterface } from './edit-interface.ts'
import { makeInterface } from './group.ts'

/** Adds an interface without networks to the group and its nodes. */
export async function addInterface(store: Store, groupName: string, name: string): Promise<Outcome> {
  checkNewName('interface', name)
  return await edit(store, async ({ tx }) => {
    const group = await tx.getNamed('group', groupName)
    refuseInterface(group, name)
    const [key, iface] = makeInterface(name)
    await tx.update('group', group.id, { interfaces: { ...group.interfaces, [key]: iface } })
    for (const { id, interfaces } of await tx.nodesOf(group.id))
      await tx.update('node', id, { interfaces: { ...interfaces, [key]: noAddress } })
  })
}

/** Takes the interface off the group and its nodes; their addresses there become free. */
export async function deleteInterface(store: Store, groupName: string, name: string): Promise<Outcome> {
  return await withInterface(store, groupName, name, async ({ tx, update, group, key, iface, pool }) => {
    const { [key]: _, ...rest } = group.interfaces
    const { [key]: numbers, ...others } = group.numbers
    await update('group', group, { interfaces: rest, ...(numbers && { numbers: others }) })
    await eachNode(tx, group, (node) => {
      for (const version of [4, 6] as const) freeAddress(pool, node, key, iface, version)
      const { [key]: __, ...left } = node.interfaces
      return left
    })
  })
}

/** Renames an interface; keys and addresses stay. */
export async function renameInterface(
  store: Store,
  groupName: string,
  name: string,
  to: string,
): Promise<Outcome> {
  checkNewName('interface', to)
  return await withInterface(store, groupName, name, async ({ tx, group, key, iface }) => {
    refuseInterface(group, to)
    await writeInterface(tx, group, key, { ...iface, name: to })
  })
}

/**
 * Sets the operator's own lines of an interface; blanks around them are cut off. What of
 * them is lost is warned of.
 */
export async function editInterface(
  store: Store,
  groupName: string,
  name: string,
  params: string,
): Promise<Outcome> {
  const outcome = await withInterface(store, groupName, name, async ({ tx, notes, group, key, iface }) => {
    const [why] = parameterObjections(params)
    if (why)
      throw new LunaError('invalid', `interface "${name}" cannot have these parameters`, {
        why,
        fix: 'correct that line, and give all of them again',
      })
    notes.warnings.push(...scriptWarnings(`the parameters of interface ${name}`, params))
    await writeInterface(tx, group, key, { ...iface, params: params.trim() })
  })
  return { ...outcome, warnings: [...outcome.warnings, ...(await networkLosses(store, groupName, name))] }
}

function refuseInterface(group: Group, name: string): void {
  if (interfaceKey(group, name) === undefined) return
  throw new LunaError('failed', `group "${group.name}" has an interface "${name}" already`, {
    fix: 'choose another name',
  })
}

async function writeInterface(store: Store, group: Group, key: string, iface: GroupInterface): Promise<void> {
  await store.update('group', group.id, { interfaces: { ...group.interfaces, [key]: iface } })
}
