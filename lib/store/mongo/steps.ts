// How writes are done in MongoDB, call by call.
import type { ClientSession, Db } from 'mongodb'
import { isBookkeeping, isRecord, type Write } from '../backend.ts'
import { runsOf } from './bulk.ts'
import { again } from './client.ts'
import { codeOf, codes, isKnown } from './errors.ts'

/** A step of a journal: a write, or another name for a whole collection, which may be done already. */
export type Step = Write | Rename

export interface Rename {
  readonly op: 'rename'
  readonly collection: string
  readonly to: string
}

// How long one call of single writes may wait in the server, in milliseconds.
const directLimit = 10_000

/** Does single writes, as far as they can be done: what the primary has is enough for them. */
export async function writeDirectly(database: Db, writes: readonly Write[]): Promise<void> {
  const options = { ordered: false, writeConcern: { w: 1 }, maxTimeMS: directLimit }
  for (const { collection, operations } of runsOf(writes)) {
    await again(() => database.collection(collection).bulkWrite(operations, options))
  }
}

/** Does writes as a part of a transaction. */
export async function writeIn(session: ClientSession, database: Db, writes: readonly Write[]): Promise<void> {
  for (const { collection, inserts, operations } of runsOf(writes)) {
    await database.collection(collection).bulkWrite(operations, { ordered: !inserts, session })
  }
}

/**
 * Does the steps of a journal, of which some may be done already. `confirm` rejects when somebody else may
 * have taken over; it is asked before each call, which the server gives up after `limit` milliseconds.
 */
export async function writeSteps(
  database: Db,
  steps: readonly Step[],
  { confirm, limit }: { readonly confirm: () => Promise<void>; readonly limit: number },
): Promise<void> {
  async function write(writes: readonly Write[]): Promise<void> {
    for (const { collection, inserts, operations } of runsOf(writes, true)) {
      const options = { ordered: !inserts, maxTimeMS: limit }
      await again(async () => {
        await confirm()
        await unlessKnown(database.collection(collection).bulkWrite(operations, options))
      })
    }
  }
  let writes: Write[] = []
  for (const step of steps) {
    if (step.op !== 'rename') writes.push(step)
    else {
      await write(writes)
      writes = []
      await confirm()
      await rename(database, step)
    }
  }
  await write(writes)
}

/** Done for the second time: what was inserted is there already. */
async function unlessKnown(written: Promise<unknown>): Promise<void> {
  try {
    await written
  } catch (error) {
    if (!isKnown(error)) throw error
  }
}

async function rename(database: Db, { collection, to }: Rename): Promise<void> {
  const own = isBookkeeping(to) && !isRecord(to)
  try {
    // An index that is being built meanwhile makes an empty collection of that name again.
    await database.renameCollection(collection, to, { dropTarget: !own })
  } catch (error) {
    const code = codeOf(error)
    // Done before: names of our own were free when the journal began.
    if (code !== codes.namespaceMissing && !(code === codes.namespaceExists && own)) throw error
  }
}
