// Nodes: added, one or many in one go. Changing them is in node-change.ts.
import { LunaError } from '../../error.ts'
import type { Group } from '../../object/group.ts'
import { nextNodeName } from '../../object/name.ts'
import { formatIp, parseIp } from '../../object/net/address.ts'
import { type Assignment, interfacesWith, slotsOf } from '../../object/net/slot.ts'
import type { Store } from '../../store/store.ts'
import { Numbered } from '../numbered.ts'
import type { Outcome } from '../outcome.ts'
import { alikeWarnings } from '../show/alike-hosts.ts'
import { assignAddress, exhausted, takeAll } from './assign-address.ts'
import { type Edit, edit } from './edit.ts'
import type { Pool } from './pool.ts'

export interface NodesWish {
  readonly group: string
  /** One name made of the cluster's prefix and the next number when absent. */
  readonly names?: readonly string[]
  /** The address of the first on an interface; the others have those that follow. */
  readonly interface?: { readonly name: string; readonly address: string }
}

/**
 * Adds nodes, each with an address on every interface of the group that has a network: the one that is asked
 * for, else by its number, else the lowest free one. When one that is asked for is not free, no node is
 * added. The first that cannot be added ends it: earlier ones stay, of that one nothing does.
 */
export async function addNodes(
  store: Store,
  wish: NodesWish,
): Promise<Outcome & { added: readonly string[] }> {
  let added: readonly string[] = []
  const outcome = await edit(store, async (change) => {
    const { tx, pool, notes, claims, untilOneFails } = change
    const group = await tx.getNamed('group', wish.group)
    await pool.load(slotsOf(group).map(({ network }) => network))
    const claim = await claims('node', { group })
    const names = wish.names ?? [await automaticName(change)]
    const asked = wish.interface ? await reserveFrom(pool, group, names, wish.interface) : new Map()
    const numbered = new Numbered()
    await untilOneFails(names, async (name) => {
      claim(name)
      await addNode(change, { group, node: name, numbered }, asked.get(name))
      asked.delete(name)
    })
    for (const { network, offset } of asked.values()) pool.release(network, offset)
    notes.warnings.push(...numbered.warnings())
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

/** Takes the addresses from that one on, one for each name. Throws LunaError `failed`: one is not free. */
async function reserveFrom(
  pool: Pool,
  group: Group,
  names: readonly string[],
  { name, address }: { readonly name: string; readonly address: string },
): Promise<Map<string, Assignment>> {
  const first = parseIp(address)
  const slot = slotsOf(group).find((one) => one.name === name && one.version === first?.version)
  const network = slot && pool.network(slot.network)
  if (!first || !network)
    throw new LunaError('failed', `nodes of group "${group.name}" cannot have ${address} on "${name}"`, {
      why: first
        ? `there is no interface of that name with an IPv${first.version} network`
        : 'it is no address',
      fix: 'look at the interfaces: luna group list',
    })
  const asked = new Map<string, Assignment>()
  for (const [at, node] of names.entries()) {
    const text = formatIp(first.version, first.value + BigInt(at))
    asked.set(node, { ...slot, offset: await assignAddress(pool, network, text) })
  }
  return asked
}

async function addNode(
  { pool, insert }: Edit,
  one: { readonly group: Group; readonly node: string; readonly numbered: Numbered },
  asked: Assignment | undefined,
): Promise<void> {
  const { group, node: name } = one
  const open = slotsOf(group).filter(({ key, version }) => key !== asked?.key || version !== asked.version)
  const { held, lacking } = takeAll(pool, open, one)
  try {
    const [first] = lacking
    if (first) throw exhausted(pool.network(first.network), group.name, [name])
    const all = asked ? [...held, asked] : held
    await insert('node', { name, group: group.id, interfaces: interfacesWith(all) })
  } catch (error) {
    for (const { network, offset } of held) pool.release(network, offset)
    throw error
  }
}
