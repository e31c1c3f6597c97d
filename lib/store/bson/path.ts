// Changes of a document by dotted paths, as MongoDB makes them: for the engine that has only whole documents.
import type { Document } from 'bson'
import { isMap } from './values.ts'

/**
 * Sets values by path, making the maps that are missing, and takes others out. The document is changed in
 * place.
 */
export function changeByPath(
  document: Document,
  set: Readonly<Record<string, unknown>>,
  unset: readonly string[],
): void {
  for (const [path, value] of Object.entries(set)) {
    const [parent, key] = parentOf(document, path)
    parent[key] = value
  }
  for (const path of unset) {
    const [parent, key] = parentOf(document, path)
    delete parent[key]
  }
}

function parentOf(document: Document, path: string): [Record<string, unknown>, string] {
  const keys = path.split('.')
  const last = keys.pop() ?? path
  let parent: Record<string, unknown> = document
  for (const key of keys) {
    const child = parent[key]
    const map = isMap(child) ? child : {}
    parent[key] = map
    parent = map
  }
  return [parent, last]
}
