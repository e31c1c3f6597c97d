// What nodes lose and get by a change: addresses, interfaces, MAC addresses, their existence.
import type { Id } from '../../object/field.ts'
import type { Group } from '../../object/group.ts'
import { heldBy } from '../../object/net/slot.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import { changedFields } from './fields.ts'
import type { Effect, EffectOn } from './record.ts'

/** What a change means for one node. */
export interface NodeEffect {
  readonly name: string
  /** Addresses that it had before and has no more, and the other way round. */
  readonly lost: number
  readonly got: number
  /** It has addresses in a network that moves. */
  readonly moved: boolean
  /** Something that it had is gone: itself, an address, an interface, its MAC address. */
  readonly loses: boolean
}

/** What the change means for each node that it touches. The store may have it done or not. */
export async function nodeEffects(store: Store, effects: readonly Effect[]): Promise<NodeEffect[]> {
  const groups = new Map(
    (await store.list('group')).map((group) => [group.id, { before: group, after: group }]),
  )
  for (const { kind, id, before, after } of effects)
    if (kind === 'group') groups.set(id, { before: before ?? after, after: after ?? before } as Both)
  const touched = effects.filter((effect) => effect.kind === 'node')
  const known = new Set(touched.map(({ id }) => id))
  return [
    ...touched.map((effect) => nodeEffect(effect, groups)),
    ...(await movedNodes(store, effects, groups)).filter(({ id }) => !known.has(id)).map(movedEffect),
  ]
}

interface Both {
  readonly before: Group
  readonly after: Group
}

type Groups = ReadonlyMap<Id, Both>

function nodeEffect({ before, after }: EffectOn<'node'>, groups: Groups): NodeEffect {
  const [had, has] = [addressesOf(before, groups, 'before'), addressesOf(after, groups, 'after')]
  const lost = had.difference(has).size
  const stays = before && after && before.group === after.group
  const bare = stays && Object.keys(before.interfaces).some((key) => !(key in after.interfaces))
  const nameless = cardsOf(before).some((mac) => !cardsOf(after).includes(mac))
  const loses = before !== undefined && (!after || lost > 0 || Boolean(bare) || nameless)
  return { name: (before ?? after)?.name ?? '', lost, got: has.difference(had).size, moved: false, loses }
}

/** The MAC addresses of a node, as far as the change is about them. */
function cardsOf(node: (Node & { readonly also?: readonly string[] }) | undefined): readonly string[] {
  return [...(node?.mac ? [node.mac] : []), ...(node?.also ?? [])]
}

function addressesOf(node: Node | undefined, groups: Groups, when: keyof Both): Set<string> {
  const group = node?.group ? groups.get(node.group)?.[when] : undefined
  if (!node || !group) return new Set()
  return new Set(heldBy(node, group).map(({ network, offset }) => `${network} ${offset}`))
}

/** The nodes with addresses in networks whose base is another one now. */
async function movedNodes(store: Store, effects: readonly Effect[], groups: Groups): Promise<Node[]> {
  const moved = effects.filter((one) => one.kind === 'network' && changedFields(one).includes('NETWORK'))
  if (moved.length === 0) return []
  const networks = new Set(moved.map(({ id }) => id))
  return (await store.list('node')).filter((node) => {
    const group = node.group === null ? undefined : groups.get(node.group)?.after
    return group && heldBy(node, group).some(({ network }) => networks.has(network))
  })
}

function movedEffect({ name }: Node): NodeEffect {
  return { name, lost: 0, got: 0, moved: true, loses: true }
}
