// What nodes lose and get by a change: addresses, interfaces, MAC addresses, host names, what they boot with,
// their existence.
import type { Id, Kind } from '../../object/field.ts'
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
  /** Its host name is another one, though it has the name that it had: NAME.DOMAIN. */
  readonly renamed: boolean
  /** What it boots with is changed: its group, or the image or BMC setup of that. */
  readonly concerned: boolean
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
  const around = await aroundNodes(store, effects, groups)
  const touched = effects.filter((effect) => effect.kind === 'node')
  const known = new Set(touched.map(({ id }) => id))
  const others = around.isAny ? (await store.list('node')).filter(({ id }) => !known.has(id)) : []
  return [
    ...touched.map((effect) => nodeEffect(effect, groups, around)),
    ...others
      .map((node) => otherEffect(node, groups, around))
      .filter(({ moved, renamed, concerned }) => moved || renamed || concerned),
  ]
}

interface Both {
  readonly before: Group
  readonly after: Group
}

type Groups = ReadonlyMap<Id, Both>

function nodeEffect({ before, after }: EffectOn<'node'>, groups: Groups, around: Around): NodeEffect {
  const [had, has] = [addressesOf(before, groups, 'before'), addressesOf(after, groups, 'after')]
  const lost = had.difference(has).size
  const stays = before && after && before.group === after.group
  const bare = stays && Object.keys(before.interfaces).some((key) => !(key in after.interfaces))
  const nameless = cardsOf(before).some((mac) => !cardsOf(after).includes(mac))
  const loses = before !== undefined && (!after || lost > 0 || Boolean(bare) || nameless)
  const name = (before ?? after)?.name ?? ''
  const got = has.difference(had).size
  const [old, now] = [before?.group, after?.group].map((id) => (id ? groups.get(id) : undefined))
  const renamed =
    before?.name === after?.name && domain(old?.before, 'before') !== domain(now?.after, 'after')
  return { name, lost, got, moved: false, renamed, concerned: isConcerned(after, around), loses }

  function domain(group: Group | undefined, when: keyof Both): string | null {
    return group ? around.domainOf(group, when) : null
  }
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

/** What the change does to nodes by what is around them. */
interface Around {
  /** Networks whose base is another one now. */
  readonly moved: ReadonlySet<Id>
  /** Groups whose domain has another name now. */
  readonly renamed: ReadonlySet<Id>
  /** Groups whose nodes boot with something else now. */
  readonly concerned: ReadonlySet<Id>
  readonly isAny: boolean
  domainOf(group: Group, when: keyof Both): string | null
}

/** What of an object nodes boot with; the rest is told as what is due, or is nothing to them. */
const bootsWith = {
  group: ['osimage', 'bmcsetup', 'prescript', 'partscript', 'postscript', 'torrent_if', 'interfaces'],
  osimage: ['kernopts'],
  bmcsetup: ['userid', 'user', 'password', 'netchannel', 'mgmtchannel'],
} as const

async function aroundNodes(store: Store, effects: readonly Effect[], groups: Groups): Promise<Around> {
  const changed = effects.filter(({ before, after }) => before && after)
  const moved = changed.filter((one) => one.kind === 'network' && changedFields(one).includes('NETWORK'))
  const others = new Set(changed.filter((one) => isBootedWith(one)).map(({ id }) => id))
  const networks = new Map(
    (await store.list('network')).map(({ id, name }) => [id, { before: name, after: name }]),
  )
  for (const { kind, id, before, after } of effects)
    if (kind === 'network')
      networks.set(id, { before: (before ?? after)?.name ?? '', after: (after ?? before)?.name ?? '' })
  const domainOf = ({ domain }: Group, when: keyof Both) =>
    domain === null ? null : (networks.get(domain)?.[when] ?? null)
  const idsOf = (fits: (both: Both) => boolean) =>
    new Set([...groups].filter(([, both]) => fits(both)).map(([id]) => id))
  const renamed = idsOf(({ before, after }) => domainOf(before, 'before') !== domainOf(after, 'after'))
  const concerned = idsOf(({ after }) =>
    [after.id, after.osimage, after.bmcsetup].some((id) => id !== null && others.has(id)),
  )
  const isAny = moved.length + renamed.size + concerned.size > 0
  return { moved: new Set(moved.map(({ id }) => id)), renamed, concerned, isAny, domainOf }
}

function isBootedWith(effect: Effect): boolean {
  const fields: { readonly [K in Kind]?: readonly string[] } = bootsWith
  return changedFields(effect).some((field) => fields[effect.kind]?.includes(field))
}

function isConcerned(node: Node | undefined, { concerned }: Around): boolean {
  return node?.group !== undefined && node.group !== null && concerned.has(node.group)
}

/** Of a node that is not changed itself. */
function otherEffect(node: Node, groups: Groups, around: Around): NodeEffect {
  const group = node.group === null ? undefined : groups.get(node.group)?.after
  const moved = group !== undefined && heldBy(node, group).some(({ network }) => around.moved.has(network))
  const renamed = node.group !== null && around.renamed.has(node.group)
  return {
    name: node.name,
    lost: 0,
    got: 0,
    moved,
    renamed,
    concerned: isConcerned(node, around),
    loses: moved,
  }
}
