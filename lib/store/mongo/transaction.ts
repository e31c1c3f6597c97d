// How the writes of a transaction get into MongoDB: by a transaction of its own in a replica set, by a
// journal on a single server. Both change the lease in the same step that makes them valid, so that a holder
// that lost it writes nothing.
import { type ClientSession, type Db, type MongoClient, MongoError, MongoErrorLabel } from 'mongodb'
import type { Write } from '../backend.ts'
import { bookkeeping } from '../backend.ts'
import { versionWrites } from '../version.ts'
import { codeOf, codes, isCutOff, isRefusal } from './errors.ts'
import { clearJournal, type JournalPart, readJournal, writeJournal } from './journal.ts'
import { type Lease, term } from './lease.ts'
import { dropStaged, isReplacement, stageReplacement, tooLarge } from './replacement.ts'
import { type Step, writeIn, writeSteps } from './steps.ts'
import { undoOf } from './undo.ts'

// How often a transaction is begun anew because others write the same documents, and how long a commit may
// take.
const mostConflicts = 3
const commitLimit = 10_000

/** Says to the driver that a transaction may be begun anew. */
const again = MongoErrorLabel.TransientTransactionError

/** Writes as a transaction of MongoDB. */
export async function commitTransaction(
  client: MongoClient,
  database: Db,
  lease: Lease,
  writes: readonly Write[],
): Promise<void> {
  let conflicts = 0
  let last: unknown
  async function attempt(session: ClientSession): Promise<void> {
    if (conflicts > mostConflicts) throw new GivenUp('too many conflicts', { cause: last })
    try {
      await lease.move({ applied: true }, session)
      await writeIn(session, database, writes)
    } catch (error) {
      if (codeOf(error) === codes.conflict) conflicts++
      // The driver forgets the label where another call on the same connections has failed before.
      if (error instanceof MongoError && isCutOff(error)) error.addErrorLabel(again)
      last = error
      throw error
    }
  }
  const options = { maxCommitTimeMS: commitLimit }
  try {
    await client.withSession((session) => session.withTransaction(attempt, options))
  } catch (error) {
    throw tooLarge(error, writes) ?? (error instanceof GivenUp ? error.cause : error)
  }
}

/** Is no error of the driver, so that it does not begin anew. */
class GivenUp extends Error {}

/**
 * Writes by a journal. Rejects with nothing changed when the server refuses some of it. When the server is
 * lost meanwhile, the next holder of the lease does the rest.
 */
export async function commitByJournal(database: Db, lease: Lease, writes: readonly Write[]): Promise<void> {
  const steps = isReplacement(writes) ? await stageReplacement(database, writes) : writes
  await writeJournal(journalOf(database), lease, steps)
  await finish(database, lease, steps)
  if (steps !== writes) await dropStaged(database)
}

/**
 * Applies the journal of a holder before. Where it cannot be done, that is no reason to stop everybody else.
 */
export async function resumeJournal(database: Db, lease: Lease, journal: string): Promise<void> {
  try {
    await finish(database, lease, await readJournal(journalOf(database), journal))
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

async function finish(database: Db, lease: Lease, steps: readonly Step[]): Promise<void> {
  try {
    await applySteps(database, lease, steps)
  } catch (error) {
    if (!isRefusal(error)) {
      lease.abandon()
      throw error
    }
    await takeBack(database, lease, steps)
    throw error
  }
}

/** Puts back what was there. Where the server refuses that as well, nothing more can be done. */
async function takeBack(database: Db, lease: Lease, steps: readonly Step[]): Promise<void> {
  const undo = undoOf(steps)
  const all = [...undo, ...versionWrites(undo.filter((step) => step.op !== 'rename'))]
  await writeJournal(journalOf(database), lease, all)
  try {
    await applySteps(database, lease, all)
  } catch (error) {
    if (!isRefusal(error)) {
      lease.abandon()
      throw error
    }
    await clearJournal(journalOf(database), lease)
  }
}

async function applySteps(database: Db, lease: Lease, steps: readonly Step[]): Promise<void> {
  const confirm = () => lease.move()
  await writeSteps(database, steps, { confirm, limit: term / 2 })
  await clearJournal(journalOf(database), lease)
}

function journalOf(database: Db) {
  return database.collection<JournalPart>(bookkeeping.journals)
}
