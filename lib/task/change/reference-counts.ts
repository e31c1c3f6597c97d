// Objects added, changed and removed, with the link counters of both sides. A link counts how often one
// object refers to another one; both have the count in their documents.
import { LunaError } from '../../error.ts'
import type { Id, Kind } from '../../object/field.ts'
import { compressHostlist, counted } from '../../object/hostlist.ts'
import { compareUses, completed, usesOf } from '../../object/link.ts'
import type { Change, New, Objects } from '../../object/objects.ts'
import type { Ref, Store } from '../../store/store.ts'
import type { Notes } from '../outcome.ts'

/** Adds an object and counts its links. `taken` when the name is in use. */
export async function insertLinked<K extends Kind>(
  store: Store,
  cluster: Id,
  kind: K,
  object: New<K>,
): Promise<Id> {
  const id = await store.insert(kind, object)
  await linkAll(store, cluster, kind, completed(kind, id, object))
  return id
}

/** Counts the links of an object that has none yet. */
export async function linkAll<K extends Kind>(
  store: Store,
  cluster: Id,
  kind: K,
  object: Objects[K],
): Promise<void> {
  for (const { count, ...used } of usesOf(kind, object, cluster))
    await store.link({ kind, id: object.id }, used, count)
}

/**
 * Changes an object and counts what it uses from now on. Counters that were wrong before are left and noted.
 */
export async function updateLinked<K extends Kind>(
  store: Store,
  kind: K,
  object: Objects[K],
  change: Change<K>,
  notes: Notes,
): Promise<void> {
  await store.update(kind, object.id, change)
  await relink(store, kind, object, { ...object, ...change }, notes)
}

/** Counts what an object uses from now on, whatever changed it. */
export async function relink<K extends Kind>(
  store: Store,
  kind: K,
  before: Objects[K],
  after: Objects[K],
  notes: Notes,
): Promise<void> {
  // The link to the cluster stays as it is: any id does for the comparison.
  const [had, has] = [usesOf(kind, before, before.id), usesOf(kind, after, before.id)]
  for (const { count, ...used } of compareUses(had, has)) {
    const user: Ref = { kind, id: before.id }
    if (count > 0) await store.link(user, used, count)
    else await unlinkTolerantly(store, user, used, -count, notes)
  }
}

async function unlinkTolerantly(
  store: Store,
  user: Ref,
  used: Ref,
  times: number,
  notes: Notes,
): Promise<void> {
  try {
    await store.unlink(user, used, times)
  } catch (error) {
    if (!(error instanceof LunaError) || (error.code !== 'invalid' && error.code !== 'not-found')) throw error
    notes.warnings.push(`${error.message}: the link counters were wrong before (luna cluster check --repair)`)
  }
}

/** Removes an object that nothing uses, and its entries in the counters of whatever it used. */
export async function removeLinked<K extends Kind>(store: Store, kind: K, object: Objects[K]): Promise<void> {
  const ref: Ref = { kind, id: object.id }
  for (const used of await store.uses(ref)) await store.dropLink('usedBy', used, ref)
  await store.remove(kind, object.id)
}

/** Refuses when something uses the object, and names it. Users that are gone do not count. */
export async function refuseUsed<K extends Kind>(store: Store, kind: K, object: Objects[K]): Promise<void> {
  const names = new Map<Kind, string[]>()
  for (const user of await store.usedBy({ kind, id: object.id })) {
    const found = await store.find(user.kind, user.id)
    if (found) names.set(user.kind, [...(names.get(user.kind) ?? []), found.name])
  }
  if (names.size === 0) return
  throw new LunaError('refused', `${kind} "${object.name}" cannot be deleted`, {
    why: `it is used by ${[...names].map(usersText).join('; ')}`,
    fix: kind === 'cluster' ? 'delete these first, or all at once: --force' : fixes(kind, object.name, names),
  })
}

function usersText([kind, names]: readonly [Kind, readonly string[]]): string {
  if (kind === 'cluster') return 'the cluster, which serves DHCP in it'
  return `${counted(names.length, kind)}: ${compressHostlist(names)}`
}

/** What makes users of a kind let go of an object, by its kind and theirs. */
const release: { readonly [used in Kind]?: { readonly [user in Kind]?: string } } = {
  group: { node: 'luna node change NAMES -g GROUP' },
  switch: { node: 'luna node change NAMES -s SWITCH' },
  osimage: { group: 'luna group change NAMES -o OSIMAGE' },
  bmcsetup: { group: 'luna group change NAMES -b BMCSETUP' },
  network: {
    cluster: 'luna cluster makedhcp -N NETWORK -s START -e END',
    group: 'luna group change NAMES -i INTERFACE --delnet USED, or -d NETWORK for the domain',
    switch: 'luna switch change NAMES -N NETWORK',
    otherdev: 'luna otherdev change NAMES -N USED -i ""',
  },
}

function fixes(kind: Kind, name: string, users: ReadonlyMap<Kind, readonly string[]>): string {
  const commands = [...users].map(([user, names]) => {
    const list = compressHostlist(names)
    const quoted = /^[\w.+-]+$/.test(list) ? list : `'${list}'`
    return (
      release[kind]?.[user]?.replace('NAMES', quoted).replace('USED', name) ?? `luna ${user} delete ${quoted}`
    )
  })
  return commands.join('; ')
}
