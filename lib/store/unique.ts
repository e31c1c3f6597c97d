// Unique names: which are there twice, and how the engine comes to refuse more of them.
import type { Document } from 'bson'
import { type Kind, kinds } from '../object/field.ts'
import type { Backend } from './backend.ts'
import { byBytes } from './bson/values.ts'
import type { Duplicate } from './store.ts'

/**
 * Has the engine refuse a second object of the same name, for every kind that has none yet; gives what is in
 * the way.
 */
export function makeNamesUnique(backend: Backend): Promise<Duplicate[]> {
  return backend.exclusive(async () => {
    const all: Duplicate[] = []
    for (const kind of kinds) all.push(...(await makeUnique(backend, kind)))
    return all
  })
}

async function makeUnique(backend: Backend, kind: Kind): Promise<Duplicate[]> {
  const find = async () => duplicatesIn(kind, await backend.find(kind, undefined, 'object'))
  const before = await find()
  // Where it fails, another program has just made a second one.
  return before.length > 0 || (await backend.setUnique(kind, true)) ? before : await find()
}

/** The names that several of the documents have, in byte order. No name at all counts as an empty one. */
export function duplicatesIn(kind: Kind, documents: readonly Document[]): Duplicate[] {
  const counts = new Map<string, number>()
  for (const { name } of documents) {
    const text = typeof name === 'string' ? name : ''
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([name, count]) => ({ kind, name, count }))
    .sort((a, b) => byBytes(a.name, b.name))
}
