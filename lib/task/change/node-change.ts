// What can be changed in nodes. Each part that is refused is a failure of its own and does not stop the
// others.
import { sharedPorts } from '../../object/check/defect-port.ts'
import type { Id, Typed } from '../../object/field.ts'
import { checkValues } from '../../object/given/value.ts'
import type { Group } from '../../object/group.ts'
import type { nodeFields } from '../../object/node.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { armOfNewCard } from '../boot/token.ts'
import { type Find, finder, groupOf } from '../find.ts'
import { type Giving, giveAlso, giveMac, tellShared } from '../macs.ts'
import { Numbered } from '../numbered.ts'
import type { Outcome } from '../outcome.ts'
import { unpackedWarning } from '../show/unpacked.ts'
import { type Edit, edit } from './edit.ts'
import { moveNode, readdress } from './node-address.ts'

/** Fields as typed ('' takes the MAC address off the node), and the address of an interface. */
export type NodeChange = Typed<typeof nodeFields> & {
  /** The MAC addresses of its boot cards beside the first; '' among them stands for none. */
  readonly also?: readonly string[]
  readonly interface?: { readonly name: string; readonly address: string }
}

interface NodeEdit extends Edit, Giving {
  readonly find: Find
  /** What `group` and `switch` of the change name; undefined where they are not given. */
  readonly group: Group | undefined
  readonly switchId: Id | null | undefined
  readonly numbered: Numbered
}

/**
 * Changes nodes one after the other; one that does not exist ends it with the earlier ones changed. A group
 * or switch that does not exist is `not-found` before anything is changed.
 */
export async function changeNodes(
  store: Store,
  names: readonly string[],
  change: NodeChange,
): Promise<Outcome> {
  return await edit(store, async (one) => {
    const { tx, notes } = one
    const group = change.group === undefined ? undefined : await tx.getNamed('group', change.group)
    const image = group?.osimage ? await tx.find('osimage', group.osimage) : undefined
    if (image) notes.warnings.push(...unpackedWarning(image, 'these nodes'))
    const switchId = change.switch ? (await tx.getNamed('switch', change.switch)).id : noneIf(change.switch)
    const numbered = new Numbered()
    const nodeEdit = { ...one, find: finder(tx), group, switchId, numbered, names }
    await one.inTurn(names, (name) => changeNode(nodeEdit, name, change))
    await tellShared(tx, [change.mac, ...(change.also ?? [])], { notes, names })
    notes.warnings.push(...numbered.warnings())
    if (change.switch === undefined && change.port === undefined) return
    const wired = { node: await tx.list('node'), switch: await tx.list('switch') }
    notes.warnings.push(...sharedPorts(wired, new Set(names)))
  })
}

function noneIf(name: string | undefined): null | undefined {
  return name === undefined ? undefined : null
}

async function changeNode(nodeEdit: NodeEdit, name: string, change: NodeChange): Promise<void> {
  const { tx, notes, pool, attempt, update, group, find, switchId } = nodeEdit
  const { comment, mac, also, localboot, setupbmc, service, interface: iface, port } = change
  const node = await tx.getNamed('node', name)
  const fields: { -readonly [F in keyof Change<'node'>]: Change<'node'>[F] } = {
    ...(comment !== undefined && { comment }),
    ...(switchId !== undefined && { switch: switchId }),
    ...(localboot !== undefined && { localboot }),
    ...(setupbmc !== undefined && { setupbmc }),
    // who asks for it again wants all of it set
    ...(setupbmc && node.bmc_set && { bmc_set: null }),
    ...(service !== undefined && { service }),
  }
  if (group) {
    fields.group = group.id
    fields.interfaces = await moveNode(pool, node, await groupOf(find, node), group, notes, nodeEdit.numbered)
  }
  if (mac !== undefined) {
    const given = await attempt(async () => await giveMac(tx, node, mac, nodeEdit))
    const arm = given && mac !== '' ? armOfNewCard(await nodeEdit.cluster(), node.armed) : undefined
    if (arm) fields.armed = arm
  }
  if (also !== undefined) await attempt(async () => await giveAlso(tx, node, also, nodeEdit))
  if (iface) {
    const own = group ?? (await groupOf(find, node))
    await attempt(async () => {
      fields.interfaces = await readdress(pool, { ...node, ...fields }, own, iface.name, iface.address)
    })
  }
  if (port !== undefined)
    await attempt(async () => {
      checkValues('node', { port })
      fields.port = port
    })
  await update('node', node, fields)
}
