// Refuses to delete what something uses, and says how its users are made to use something else.
import { LunaError } from '../../error.ts'
import type { Kind } from '../../object/field.ts'
import { compressHostlist, counted } from '../../object/hostlist.ts'
import type { Objects } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'

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
