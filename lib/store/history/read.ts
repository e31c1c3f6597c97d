// What is kept of changes, read.
import type { Document } from 'bson'
import { difference } from '../../object/net/freelist.ts'
import { type Reader, records } from '../backend.ts'
import type { KeptEntry, ObjectChange } from './change.ts'
import { entryId, partId, readEntry, type StoredEntry, unpacked } from './documents.ts'

/** All entries, newest first. */
export async function entriesIn(reader: Reader): Promise<StoredEntry[]> {
  const all = (await reader.find(records.history)).flatMap((one) => readEntry(one) ?? [])
  return all.sort((a, b) => b.number - a.number)
}

/** One entry with its differences, one for each object. */
export async function entryIn(reader: Reader, number: number): Promise<KeptEntry | undefined> {
  const [document] = await reader.find(records.history, { _id: entryId(number) })
  const entry = document && readEntry(document)
  if (!entry) return undefined
  const changes = await changesIn(reader, entry)
  return { ...entry, omitted: entry.omitted || !changes, changes: merged(changes ?? []) }
}

/** Undefined where some of it is missing or damaged. */
async function changesIn(reader: Reader, entry: StoredEntry): Promise<ObjectChange[] | undefined> {
  const changes: ObjectChange[] = []
  for (let part = 0; part < entry.parts; part++) {
    const [document] = await reader.find(records.historyParts, { _id: partId(entry.number, part) })
    try {
      if (!document) return undefined
      changes.push(...unpacked(document))
    } catch {
      return undefined
    }
  }
  return changes
}

/** One difference for each object, of those of several transactions. */
function merged(changes: readonly ObjectChange[]): ObjectChange[] {
  const objects = Map.groupBy(changes, ({ id }) => id)
  return [...objects.values()].flatMap((some) => some.reduce<ObjectChange[]>(joined, []))
}

function joined([first]: readonly ObjectChange[], then: ObjectChange): ObjectChange[] {
  if (!first) return [then]
  if (!first.before && !then.after) return []
  const cards = then.cards && { before: (first.cards ?? then.cards).before, after: then.cards.after }
  return [
    {
      ...first,
      ...valuesOf(first, then),
      secrets: [...new Set([...first.secrets, ...then.secrets])],
      taken: [...difference(first.taken, then.freed), ...difference(then.taken, first.freed)],
      freed: [...difference(first.freed, then.taken), ...difference(then.freed, first.taken)],
      ...((cards ?? first.cards) && { cards: cards ?? first.cards }),
    } as ObjectChange,
  ]
}

/** The values before the first change and after the last one. */
function valuesOf(first: ObjectChange, then: ObjectChange): Pick<ObjectChange, 'before' | 'after'> {
  if (!then.before) return { before: first.before, after: then.after }
  const gone = without(first.after ?? {}, then.before)
  const after = then.after && { ...gone, ...then.after }
  if (!first.before) return { before: undefined, after }
  // What only the later one changed had that value before the earlier one, too.
  const only = without(without(then.before, first.after ?? {}), first.before)
  return { before: { ...only, ...first.before }, after }
}

function without(document: Document, other: Document): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !(name in other)))
}
