// Nodes: added and deleted, one or many in one go. Changing them is in node-change.ts.
import type { Cluster } from '../../object/cluster.ts'
import type { Group } from '../../object/group.ts'
import { checkNewName, nextNodeName } from '../../object/name.ts'
import { heldBy, interfacesWith, slotsOf } from '../../object/net/slot.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import { finder, groupOf } from '../find.ts'
import { getCluster } from '../get-cluster.ts'
import { inTurn, newNotes, type Outcome, untilOneFails } from '../outcome.ts'
import { alikeWarnings } from '../show/alike-hosts.ts'
import { exhausted } from './group-network.ts'
import { openPool, type Pool, takeAll } from './pool.ts'
import { insertLinked, removeLinked } from './reference-counts.ts'
import { refuseUsed } from './refuse-used.ts'

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
  return await store.transaction(async (tx) => {
    const notes = newNotes()
    const cluster = await getCluster(tx)
    const group = await tx.getNamed('group', wish.group)
    const pool = openPool(tx)
    await pool.load(slotsOf(group).map(({ network }) => network))
    const names = wish.names ?? [await automaticName(tx, cluster)]
    await untilOneFails(notes, names, async (name) => await addNode(tx, cluster, group, pool, name))
    await pool.save()
    const domain = group.domain === null ? undefined : await tx.find('network', group.domain)
    const members = (await tx.nodesOf(group.id)).map(({ name }) => name)
    notes.warnings.push(...alikeWarnings(members, domain))
    return { ...notes, added: names.slice(0, names.length - (notes.undone?.length ?? 0)) }
  })
}

async function automaticName(store: Store, cluster: Cluster): Promise<string> {
  const names = (await store.list('node')).map(({ name }) => name)
  return nextNodeName(cluster.nodeprefix ?? '', cluster.nodedigits, names)
}

async function addNode(
  store: Store,
  cluster: Cluster,
  group: Group,
  pool: Pool,
  name: string,
): Promise<void> {
  checkNewName('node', name)
  const { held, lacking } = takeAll(pool, slotsOf(group))
  try {
    const [first] = lacking
    if (first) throw exhausted(pool.network(first.network), group.name, [name])
    await insertLinked(store, cluster.id, 'node', { name, group: group.id, interfaces: interfacesWith(held) })
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
  return await store.transaction(async (tx) => {
    const notes = newNotes()
    const pool = openPool(tx)
    const find = finder(tx)
    await inTurn(notes, names, async (name) => {
      const node = await tx.getNamed('node', name)
      await refuseUsed(tx, 'node', node)
      await releaseAll(pool, node, await groupOf(find, node))
      await tx.clearMac(node.id)
      await removeLinked(tx, 'node', node)
    })
    await pool.save()
    return notes
  })
}

/** Gives back every address that the node has in its group; without a group (damaged data) it has none. */
export async function releaseAll(pool: Pool, node: Node, group: Group | undefined): Promise<void> {
  const held = group ? heldBy(node, group) : []
  await pool.load(held.map(({ network }) => network))
  for (const { network, offset } of held) pool.release(network, offset)
}
