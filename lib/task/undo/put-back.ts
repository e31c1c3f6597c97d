// Puts objects back as they were before a change, with their links, names, MAC addresses and free addresses.
import { label } from '../../object/check/defect.ts'
import type { Id, Kind, Range } from '../../object/field.ts'
import { usesOf } from '../../object/link.ts'
import { tidy } from '../../object/net/freelist.ts'
import { prefixOf } from '../../object/network.ts'
import type { Objects } from '../../object/objects.ts'
import type { KeptEntry, ObjectChange, Store } from '../../store/store.ts'
import { placeAmong } from '../change/network.ts'
import { linkAll, refuseUsed, relink, removeLinked } from '../change/reference-counts.ts'
import { type Claim, checkRenamed, claimNames } from '../claim-names.ts'
import { refuseLocking } from '../heads.ts'
import { getCluster } from '../inventory.ts'
import type { Notes } from '../outcome.ts'
import { freeBefore } from './addresses.ts'
import { removedSince } from './compare.ts'
import { notUndone } from './not-undone.ts'
import { changedIn, formerFields, type Present } from './typed.ts'

/** Kinds in an order in which each comes after those that it refers to. */
const order: readonly Kind[] = [
  'cluster',
  'osimage',
  'bmcsetup',
  'network',
  'switch',
  'group',
  'otherdev',
  'node',
]

interface Undoing {
  readonly tx: Store
  readonly number: number
  readonly present: Present
  readonly notes: Notes
}

/** Does it for all objects of an entry, which are as it left them. Throws LunaError where that cannot be. */
export async function putAllBack(
  tx: Store,
  { number, changes }: KeptEntry,
  present: Present,
  notes: Notes,
): Promise<void> {
  const one: Undoing = { tx, number, present, notes }
  const sorted = changes.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  const free = await freeAddresses(one, sorted)
  await takeCards(one, sorted)
  await makeAgain(one, sorted)
  for (const change of sorted) if (change.before && change.after) await putBack(one, change, free)
  await giveCards(one, sorted)
  for (const change of sorted.toReversed()) if (!change.before) await remove(one, change)
}

/** The free lists that networks are to have, of those that stay. */
async function freeAddresses(
  { tx, number, present }: Undoing,
  changes: readonly ObjectChange[],
): Promise<Map<Id, readonly Range[]>> {
  const lists = new Map<Id, readonly Range[]>()
  for (const change of changes) {
    const network = present.find(change.kind, change.id)
    if (change.taken.length + change.freed.length === 0 || !network || !('freelist' in network)) continue
    lists.set(change.id, await freeBefore(tx, number, change, network))
  }
  return lists
}

/** Takes the MAC addresses off the nodes of which others are put back, and off no other node that stays. */
async function takeCards({ tx, number, present }: Undoing, changes: readonly ObjectChange[]): Promise<void> {
  const own = new Set(changes.filter(({ before, cards }) => cards || !before).map(({ id }) => id))
  for (const { id, name, before, after, cards } of changes) {
    if (!cards) continue
    for (const mac of before ? [cards.before.mac, ...cards.before.also] : []) {
      const owner = mac === null ? undefined : await tx.findMac(mac)
      if (owner === undefined || own.has(owner)) continue
      const who = (await tx.find('node', owner))?.name ?? 'a node that is gone'
      const why = `${mac}, the MAC address of ${label('node', name)} then, is that of ${label('node', who)} now`
      throw notUndone(number, { why, fix: `luna node change ${who} --mac '' takes it off that one` })
    }
    if (after && present.find('node', id)) await tx.clearMac(id)
  }
}

async function giveCards({ tx }: Undoing, changes: readonly ObjectChange[]): Promise<void> {
  for (const { id, before, cards } of changes) {
    if (!cards || !before) continue
    if (cards.before.mac !== null) await tx.setMac(id, cards.before.mac)
    if (cards.before.also.length > 0) await tx.setAlso(id, cards.before.also)
  }
}

/** Makes the objects again that were removed. */
async function makeAgain(one: Undoing, changes: readonly ObjectChange[]): Promise<void> {
  const { tx, notes } = one
  const claims = new Map<Kind, Claim>()
  for (const change of changes) {
    const { kind, id, name, before, after } = change
    if (!before || after) continue
    const claim = claims.get(kind) ?? (await claimNames(tx, kind, notes))
    claims.set(kind, claim)
    claim(name)
    await tx.putBack(kind, id, before)
    const object = await tx.get(kind, id)
    await refuseMissing(one, kind, object)
    await linkAll(tx, (await getCluster(tx)).id, kind, object)
    if (kind === 'network') await place(one, id)
  }
}

async function putBack(
  one: Undoing,
  change: ObjectChange,
  lists: ReadonlyMap<Id, readonly Range[]>,
): Promise<void> {
  const { tx, present, notes } = one
  const { kind, id } = change
  const now = present.find(kind, id) as Objects[Kind]
  const fields = formerFields(change)
  if (typeof fields.name === 'string') await rename(one, change, now.name, fields.name)
  if (Object.keys(fields).length > 0) await tx.putBack(kind, id, fields)
  const then = await tx.get(kind, id)
  await refuseMissing(one, kind, then)
  await relink(tx, kind, now, then, notes)
  const free = lists.get(id)
  if (free && 'PREFIX' in then) await tx.update('network', id, { freelist: tidy(free, prefixOf(then)) })
  const changed = new Set(changedIn(change))
  if (changed.has('NETWORK') || changed.has('PREFIX')) await place(one, id)
  if (kind === 'cluster' && (changed.has('cluster_ips') || changed.has('frontend_address')))
    await refuseLocking(await getCluster(tx))
}

async function rename(
  { tx, notes }: Undoing,
  { kind, id }: ObjectChange,
  from: string,
  to: string,
): Promise<void> {
  const claim = await claimNames(tx, kind, notes, { former: from })
  claim(to)
  await checkRenamed(tx, kind, id, to)
}

async function place({ tx, notes }: Undoing, id: Id): Promise<void> {
  const network = await tx.get('network', id)
  await placeAmong(tx, network.name, prefixOf(network), notes, id)
}

/** Refuses an object that would refer to another one that is gone. */
async function refuseMissing({ tx, number }: Undoing, kind: Kind, object: Objects[Kind]): Promise<void> {
  for (const used of usesOf(kind, object, object.id)) {
    if (used.id === object.id || (await tx.find(used.kind, used.id))) continue
    const since = await removedSince(tx, number, used)
    throw notUndone(number, {
      why: `${label(kind, object.name)} refers to ${since ? label(used.kind, since.name) : `a ${used.kind}`}, which is gone${since ? ` since entry ${since.number}` : ''}`,
      fix: since ? `undo that first: luna undo ${since.number}` : 'make it again, and this by hand',
    })
  }
}

/** Removes an object that was added, which nothing may use. */
async function remove({ tx, present }: Undoing, { kind, id }: ObjectChange): Promise<void> {
  const now = present.find(kind, id) as Objects[Kind]
  await refuseUsed(tx, kind, now)
  if (kind === 'node') await tx.clearMac(id)
  await removeLinked(tx, kind, now)
}
