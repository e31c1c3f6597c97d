// All or nothing without transactions: what a unit of work writes is put down first, as a whole (collection `luna_journal`); one step
// in the lease makes it valid; then it is done. Who gets the lease next finishes what a crash left undone.
import { Binary, serialize } from 'bson'
import type { Collection } from 'mongodb'
import type { Write } from '../backend.ts'
import { documentOf } from '../bson/values.ts'
import { again } from './client.ts'
import type { Lease } from './lease.ts'

/** One part of a journal; `writes` is BSON of `{writes: Write[]}`, since names in it may have dots and dollars. */
export interface JournalPart {
  readonly _id: string
  readonly fence: number
  readonly number: number
  readonly writes: Binary
}

// A document of MongoDB holds 16 MB.
const partSize = 8_000_000

/** Makes the writes valid: from here on they happen, whoever does them. Rejects when the lease is lost. */
export async function writeJournal(
  collection: Collection<JournalPart>,
  lease: Lease,
  writes: readonly Write[],
): Promise<void> {
  const { fence } = lease
  const parts = partsOf(writes).map((part, number) => {
    return { _id: `${fence}.${number}`, fence, number, writes: new Binary(serialize({ writes: part })) }
  })
  for (const part of parts) await collection.insertOne(part)
  await lease.move({ journal: fence })
}

/** What was put down under a fence. */
export async function readJournal(collection: Collection<JournalPart>, fence: number): Promise<Write[]> {
  const parts = await again(() => collection.find({ fence }).sort({ number: 1 }).toArray())
  return parts.flatMap(({ writes }) => {
    return documentOf(writes.buffer).writes as Write[]
  })
}

/** All is done. */
export async function clearJournal(collection: Collection<JournalPart>, lease: Lease): Promise<void> {
  await lease.move({ journal: null })
  await again(() => collection.deleteMany({ fence: { $lte: lease.fence } }))
}

function partsOf(writes: readonly Write[]): Write[][] {
  const parts: Write[][] = [[]]
  let size = 0
  for (const write of writes) {
    const bytes = serialize({ write }).length
    if (size > 0 && size + bytes > partSize) {
      parts.push([])
      size = 0
    }
    parts.at(-1)?.push(write)
    size += bytes
  }
  return parts
}
