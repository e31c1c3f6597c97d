// The MAC addresses of nodes that a file describes: each has one node, and nodes may exchange theirs.
import type { Id } from '../../../object/field.ts'
import type { Mac } from '../../../object/net/mac.ts'
import type { Node } from '../../../object/node.ts'
import type { Store } from '../../../store/store.ts'
import type { Faults } from '../faults.ts'
import type { NodeWish } from './node-wish.ts'

/** The MAC addresses of nodes as the database has them. */
export interface Cards {
  readonly macs: ReadonlyMap<Id, Mac>
  readonly also: ReadonlyMap<Id, readonly Mac[]>
}

/** The cards that a node has when the wish is granted. */
function wishedCards(cards: Cards, id: Id | undefined, wish: NodeWish | undefined) {
  const now = { mac: (id && cards.macs.get(id)) ?? null, also: (id && cards.also.get(id)) ?? [] }
  const mac = wish?.mac === undefined ? now.mac : wish.mac
  // Without its first card a node keeps no others, unless the file says so.
  const rest = wish?.mac === null && now.mac !== null ? [] : now.also
  const also = (wish?.also ?? rest).filter((one) => wish?.also !== undefined || one !== mac)
  return { mac, also, changes: mac !== now.mac || String(also) !== String(now.also) }
}

/** Notes MAC addresses that two nodes would have, also beside the nodes that the file does not name. */
export function checkCards(
  cards: Cards,
  nodes: Iterable<Node>,
  wishes: readonly { readonly wish: NodeWish; readonly old: Node | undefined }[],
  faults: Faults,
): void {
  const named = new Set(wishes.map(({ wish }) => wish.name))
  const owners = new Map<Mac, string>()
  for (const { id, name } of nodes) {
    if (named.has(name)) continue
    const { mac, also } = wishedCards(cards, id, undefined)
    for (const one of mac ? [mac, ...also] : also) owners.set(one, name)
  }
  // What a node of the file has already counts before what others are to get.
  const gets = ({ wish }: { readonly wish: NodeWish }) => wish.mac !== undefined || wish.also !== undefined
  for (const plan of wishes.toSorted((a, b) => Number(gets(a)) - Number(gets(b)))) {
    const { mac, also } = wishedCards(cards, plan.old?.id, plan.wish)
    const all: [string, Mac][] = [
      ...(mac ? ([['mac', mac]] as [string, Mac][]) : []),
      ...also.map((one): [string, Mac] => ['also', one]),
    ]
    for (const [field, one] of all) {
      const owner = owners.get(one)
      owners.set(one, plan.wish.name)
      if (owner === undefined) continue
      const who = owner === plan.wish.name ? 'it is there twice' : `${owner} has it`
      const fix = `correct one of them, or take it off first: luna node change ${owner} --mac ""`
      faults.add(plan.wish.entry, [field], {
        what: `${plan.wish.name} cannot have the MAC address ${one}`,
        why: who,
        fix,
      })
    }
  }
}

/** The nodes that get other cards, with the first and the further ones that they are to have. */
export function cardChange(cards: Cards, id: Id, wish: NodeWish): CardChange | undefined {
  const { mac, also, changes } = wishedCards(cards, id, wish)
  return changes ? { id, mac, also } : undefined
}

export interface CardChange {
  readonly id: Id
  readonly mac: Mac | null
  readonly also: readonly Mac[]
}

/** Gives the cards to the nodes: what is given is taken from whoever had it; others are taken off last. */
export async function writeCards(tx: Store, cards: Cards, changes: readonly CardChange[]): Promise<void> {
  for (const { id, mac } of changes) if (mac && mac !== cards.macs.get(id)) await tx.setMac(id, mac)
  for (const { id, mac } of changes) {
    if (mac === null && (await tx.macOf(id)) !== undefined) await tx.clearMac(id)
  }
  for (const { id, also } of changes) {
    if (String(await tx.alsoOf(id)) !== String(also)) await tx.setAlso(id, also)
  }
}
