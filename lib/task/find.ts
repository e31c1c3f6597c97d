// Finds objects by id and reads each once: for one command, or for one version of the store.
import type { Id, Kind } from '../object/field.ts'
import { type Group, networksUsed } from '../object/group.ts'
import type { Network } from '../object/network.ts'
import type { SteadyNode } from '../object/node.ts'
import type { Objects } from '../object/objects.ts'
import type { Store } from '../store/store.ts'

/** Makes a named thing once; later callers get the same. */
export type Once = <T>(name: string, make: () => Promise<T>) => Promise<T>

/** Finds an object by id; undefined when there is none. */
export type Find<K extends Kind = Kind> = <Of extends K>(kind: Of, id: Id) => Promise<Objects[Of] | undefined>

/** Remembers answers for as long as it lives. One that failed is made again when it is asked for again. */
export function makeOnce(): Once {
  const answers = new Map<string, Promise<unknown>>()
  return <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const present = answers.get(name) as Promise<T> | undefined
    if (present) return present
    const made = make()
    answers.set(name, made)
    made.catch(() => answers.delete(name))
    return made
  }
}

/** A finder that asks the store once per object. */
export function finder(store: Pick<Store, 'find'>, once: Once = makeOnce()): Find {
  return (kind, id) => once(`${kind} ${id}`, () => store.find(kind, id))
}

/** The group of a node; undefined where the node has none, or one that is gone (damaged data). */
export async function groupOf(
  find: Find<'group'>,
  node: Pick<SteadyNode, 'group'>,
): Promise<Group | undefined> {
  return node.group === null ? undefined : await find('group', node.group)
}

/** The networks that a group refers to, by id, without those that are gone. */
export async function networksOf(find: Find<'network'>, group: Group): Promise<ReadonlyMap<Id, Network>> {
  const ids = [...new Set(networksUsed(group))]
  const found = await Promise.all(ids.map((id) => find('network', id)))
  return new Map(found.filter((network) => network !== undefined).map((network) => [network.id, network]))
}
