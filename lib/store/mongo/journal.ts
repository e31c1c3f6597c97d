// All or nothing without transactions. What a transaction writes is stored as a whole first (collection
// `luna_journal`); one change of the lease makes it valid; then it is applied. Whoever gets the lease next
// finishes what a crash left undone.
import { randomUUID } from 'node:crypto'
import { Binary, serialize } from 'bson'
import type { Collection } from 'mongodb'
import { documentOf } from '../bson/values.ts'
import { again } from './client.ts'
import type { Lease } from './lease.ts'
import type { Step } from './steps.ts'

/**
 * One part of a journal; `steps` is BSON of `{steps: Step[]}`, since names in it may have dots and dollars.
 */
export interface JournalPart {
  readonly _id: string
  readonly journal: string
  readonly number: number
  readonly steps: Binary
}

// A document of MongoDB holds 16 MB.
const partSize = 8_000_000

/** Makes the steps valid: from here on they happen, whoever applies them. Rejects when the lease is lost. */
export async function writeJournal(
  collection: Collection<JournalPart>,
  lease: Lease,
  steps: readonly Step[],
): Promise<void> {
  const journal = randomUUID()
  for (const [number, part] of partsOf(steps).entries()) {
    const fields = { journal, number, steps: new Binary(serialize({ steps: part })) }
    await again(() => collection.replaceOne({ _id: `${journal}.${number}` }, fields, { upsert: true }))
  }
  await lease.move({ journal })
}

/** The steps of a journal. */
export async function readJournal(collection: Collection<JournalPart>, journal: string): Promise<Step[]> {
  const parts = await again(() => collection.find({ journal }).sort({ number: 1 }).toArray())
  return parts.flatMap(({ steps }) => documentOf(steps.buffer).steps as Step[])
}

/** All is done. Parts of other journals were never valid. */
export async function clearJournal(collection: Collection<JournalPart>, lease: Lease): Promise<void> {
  await lease.move({ journal: null })
  await again(() => collection.deleteMany({}))
}

function partsOf(steps: readonly Step[]): Step[][] {
  const parts: Step[][] = [[]]
  let size = 0
  for (const step of steps) {
    const bytes = serialize({ step }).length
    if (size > 0 && size + bytes > partSize) {
      parts.push([])
      size = 0
    }
    parts.at(-1)?.push(step)
    size += bytes
  }
  return parts
}
