// Keeps what commands change, in the transactions that change it. Transactions of one command make one entry.
import { records } from '../backend.ts'
import type { UnitOfWork } from '../transaction/unit-of-work.ts'
import {
  type Author,
  isFreeOnly,
  mostBytes,
  mostEntries,
  type ObjectChange,
  type Touched,
  type Verb,
} from './change.ts'
import { changesOf } from './changes-of.ts'
import {
  entryId,
  entryWrite,
  type Head,
  headId,
  headWrite,
  packed,
  partWrite,
  readEntry,
  readHead,
  removalWrites,
  type StoredEntry,
} from './documents.ts'

/**
 * Adds what a unit of work has changed to what it will write; the function that it gives is to be called when
 * that is written.
 */
export type Keeper = (unit: UnitOfWork) => Promise<() => void>

/** The keeper of one command, which `by` tells of when something has changed. */
export function historyKeeper(by: () => Promise<Author>, now: () => Date): Keeper {
  let own: number | undefined
  return async (unit) => {
    const changes = unit.isReplaced ? [] : await changesOf(unit)
    if (changes.length === 0 && !unit.isReplaced) return () => undefined
    const head = await headOf(unit)
    const former = own === head.last ? await entryOf(unit, head.last) : undefined
    const entry = former ?? (await newEntry(head.last + 1, by, now))
    await keep(unit, head, entry, changes)
    return () => {
      own = entry.number
    }
  }
}

async function newEntry(number: number, by: () => Promise<Author>, now: () => Date): Promise<StoredEntry> {
  const { user, as, command } = await by()
  const nothing = { objects: [], whole: false, omitted: false, parts: 0, bytes: 0 }
  return { number, time: now(), user, as, command, ...nothing }
}

async function keep(
  unit: UnitOfWork,
  head: Head,
  former: StoredEntry,
  changes: readonly ObjectChange[],
): Promise<void> {
  const objects = merged(former.objects, touchedBy(changes))
  const parts = former.omitted ? [] : partsOf(changes, mostBytes / 4 - former.bytes)
  const bytes = size(parts ?? []) + size(namesIn(objects)) - size(namesIn(former.objects))
  const entry: StoredEntry = {
    ...former,
    objects,
    whole: former.whole || unit.isReplaced,
    omitted: former.omitted || !parts,
    parts: former.parts + (parts?.length ?? 0),
    bytes: former.bytes + bytes,
  }
  const first = former.parts
  unit.later([
    entryWrite(entry),
    ...(parts ?? []).map((part, at) => partWrite(entry.number, first + at, part)),
  ])
  await trim(unit, { ...head, last: entry.number, bytes: head.bytes + bytes })
}

function size(texts: readonly { readonly length: number }[]): number {
  return texts.reduce((all, { length }) => all + length, 0)
}

function namesIn(objects: readonly Touched[]): string[] {
  return objects.flatMap(({ names }) => names)
}

/** The differences packed; undefined where they take more than `room`, in bytes. */
function partsOf(changes: readonly ObjectChange[], room: number): Buffer[] | undefined {
  if (changes.length === 0) return []
  try {
    const parts = packed(changes)
    return size(parts) > room ? undefined : parts
  } catch (error) {
    // What BSON says of documents that are too large.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Takes the oldest entries away that are too many. */
async function trim(unit: UnitOfWork, { first, last, bytes }: Head): Promise<void> {
  let [oldest, left] = [Math.max(first, last - mostEntries), bytes]
  while (oldest < last && (last - oldest >= mostEntries || left > mostBytes)) {
    const entry = await entryOf(unit, oldest)
    if (entry) unit.later(removalWrites(entry))
    left -= entry?.bytes ?? 0
    oldest++
  }
  unit.later([headWrite({ first: oldest, last, bytes: Math.max(0, left) })])
}

async function entryOf(unit: UnitOfWork, number: number): Promise<StoredEntry | undefined> {
  const [document] = await unit.find(records.history, { _id: entryId(number) })
  return document && readEntry(document)
}

/** The bookkeeping; made of the entries that there are where it is not there. */
async function headOf(unit: UnitOfWork): Promise<Head> {
  const [document] = await unit.find(records.history, { _id: headId })
  const head = document && readHead(document)
  if (head && Number.isSafeInteger(head.last) && head.last >= 0) return head
  const entries = (await unit.find(records.history)).flatMap((one) => readEntry(one) ?? [])
  const numbers = entries.map(({ number }) => number)
  const bytes = entries.reduce((all, one) => all + one.bytes, 0)
  return { first: Math.min(1, ...numbers), last: Math.max(0, ...numbers), bytes }
}

/** What became of which objects. Free addresses follow from the rest, where there is any. */
function touchedBy(changes: readonly ObjectChange[]): Touched[] {
  const own = changes.filter((change) => !isFreeOnly(change))
  const groups = Map.groupBy(own.length > 0 ? own : changes, (change) => `${verbOf(change)} ${change.kind}`)
  return [...groups.values()].map((some) => {
    const [first] = some as [ObjectChange, ...ObjectChange[]]
    return { verb: verbOf(first), kind: first.kind, names: some.flatMap(namesOf) }
  })
}

function verbOf({ before, after }: ObjectChange): Verb {
  if (!before) return 'add'
  if (!after) return 'remove'
  return 'name' in after ? 'rename' : 'change'
}

function namesOf(change: ObjectChange): string[] {
  const { name, after } = change
  return verbOf(change) === 'rename' ? [name, String(after?.name)] : [name]
}

function merged(former: readonly Touched[], more: readonly Touched[]): Touched[] {
  const groups = Map.groupBy([...former, ...more], ({ verb, kind }) => `${verb} ${kind}`)
  return [...groups.values()].map((some) => {
    const [{ verb, kind }] = some as [Touched, ...Touched[]]
    return { verb, kind, names: [...new Set(some.flatMap(({ names }) => names))] }
  })
}
