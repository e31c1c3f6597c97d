// Nodes: added and deleted, one or many in one go. Changing them is in node-change.ts.
import type { Group } from '../../object/group.ts'
import { checkNewName, nextNodeName } from '../../object/name.ts'
import { interfacesWith, slotsOf } from '../../object/net/slot.ts'
import type { Store } from '../../store/store.ts'
import { checkHostNames, claimNames, domainOf } from '../claim-names.ts'
import { finder, groupOf } from '../find.ts'
import type { Outcome } from '../outcome.ts'
import { alikeWarnings } from '../show/alike-hosts.ts'
import { exhausted, releaseAll, takeAll } from './assign-address.ts'
import { type Edit, edit } from './edit.ts'

export interface NodesWish {
  readonly group: string
  /** One name made of the cluster's prefix and the next number when absent. */
  readonly names?: readonly string[]
}

/**
 * Adds nodes, each with the lowest free address on every interface of the group that has a network. The first
 * that cannot be added ends it: earlier ones stay, of that one nothing does.
 */
export async function addNodes(
  store: Store,
  wish: NodesWish,
): Promise<Outcome & { added: readonly string[] }> {
  let added: readonly string[] = []
  const outcome = await edit(store, async (change) => {
    const { tx, pool, notes, untilOneFails } = change
    const group = await tx.getNamed('group', wish.group)
    await pool.load(slotsOf(group).map(({ network }) => network))
    const [claim, domain] = [await claimNames(tx, 'node'), await domainOf(tx, group)]
    const names = wish.names ?? [await automaticName(change)]
    await untilOneFails(names, async (name) => {
      checkNewName('node', name)
      checkHostNames([name], domain)
      claim(name, notes)
      await addNode(change, group, name)
    })
    const network = group.domain === null ? undefined : await tx.find('network', group.domain)
    const members = (await tx.nodesOf(group.id)).map(({ name }) => name)
    notes.warnings.push(...alikeWarnings(members, network))
    added = names.slice(0, names.length - (notes.undone?.length ?? 0))
  })
  return { ...outcome, added }
}

async function automaticName({ tx, cluster }: Edit): Promise<string> {
  const { nodeprefix, nodedigits } = await cluster()
  const names = (await tx.list('node')).map(({ name }) => name)
  return nextNodeName(nodeprefix ?? '', nodedigits, names)
}

async function addNode({ pool, insert }: Edit, group: Group, name: string): Promise<void> {
  const { held, lacking } = takeAll(pool, slotsOf(group))
  try {
    const [first] = lacking
    if (first) throw exhausted(pool.network(first.network), group.name, [name])
    await insert('node', { name, group: group.id, interfaces: interfacesWith(held) })
  } catch (error) {
    for (const { network, offset } of held) pool.release(network, offset)
    throw error
  }
}

/**
 * Deletes nodes: their addresses become free, their MAC addresses are forgotten. One that does not exist ends
 * it with the earlier ones gone.
 */
export async function deleteNodes(store: Store, names: readonly string[]): Promise<Outcome> {
  return await edit(store, async ({ tx, pool, inTurn, remove }) => {
    const find = finder(tx)
    await inTurn(names, async (name) => {
      const node = await tx.getNamed('node', name)
      await remove('node', node, async () => {
        await releaseAll(pool, node, await groupOf(find, node))
        await tx.clearMac(node.id)
      })
    })
  })
}
