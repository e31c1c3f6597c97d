// Differences of the history as objects: what an object was before a change and after it, as far as the
// change is about it.
import type { Id, Kind } from '../../object/field.ts'
import type { Objects } from '../../object/objects.ts'
import { type Cards, type Document, type ObjectChange, readObject, type Store } from '../../store/store.ts'

/** What there is now. */
export interface Present {
  find(kind: Kind, id: Id): Objects[Kind] | undefined
  cards(node: Id): Cards
}

/** What there is now of the kinds that the changes are about. */
export async function presentOf(store: Store, changes: readonly ObjectChange[]): Promise<Present> {
  const all = new Map<string, Objects[Kind]>()
  for (const kind of new Set(changes.map(({ kind }) => kind)))
    for (const object of await store.list(kind)) all.set(`${kind} ${object.id}`, object)
  const [macs, also] = [await store.macs(), await store.also()]
  return {
    find: (kind, id) => all.get(`${kind} ${id}`),
    cards: (node) => ({ mac: macs.get(node) ?? null, also: also.get(node) ?? [] }),
  }
}

/** The fields that a change of an object that stays is about. */
export function changedIn({ before, after }: Pick<ObjectChange, 'before' | 'after'>): string[] {
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
}

/**
 * The object before or after the change; undefined where it was not there. What the change does not say is as
 * in `base`.
 */
export function objectAt(
  { kind, id, name, before, after, cards }: ObjectChange,
  when: 'before' | 'after',
  base: Objects[Kind] | undefined,
): Objects[Kind] | undefined {
  const document = when === 'before' ? before : after
  if (!document) return undefined
  const own = { ...readObject(kind, document), id, ...(cards && { ...cards[when] }) }
  if (!(before && after)) return own
  const fields = new Set([...changedIn({ before, after }), ...(cards ? ['mac', 'also'] : [])])
  const said = Object.entries(own).filter(([field]) => fields.has(field))
  const rest = base ?? { ...readObject(kind, { name }), id }
  return { ...rest, ...Object.fromEntries(said) } as Objects[Kind]
}

/** The BSON values that put an object back: undefined for fields that were not there. */
export function formerFields({ before, after }: ObjectChange): Document {
  const none = Object.keys(after ?? {}).map((field): [string, undefined] => [field, undefined])
  return { ...Object.fromEntries(none), ...before }
}
