// Exclusive work among all processes of all machines, by one document in MongoDB. Its holder counts `beat`
// up; a waiter takes it over when it has not moved for a whole term of the waiter's own clock, so that no two
// clocks are ever compared. Every holder gets a higher `fence`; a holder whose fence is not the document's
// any more has lost the lease.
import { randomUUID } from 'node:crypto'
import type { ClientSession, Collection } from 'mongodb'
import { LunaError } from '../../error.ts'
import { pollUntil } from '../acquire.ts'
import { again } from './client.ts'
import { isCutOff, isTransient } from './errors.ts'

/** The one document of the collection `luna_lease`. */
export interface LeaseDocument {
  readonly _id: string
  readonly owner: string | null
  readonly fence: number
  readonly beat: number
  /** The journal that is being applied (see journal.ts). */
  readonly journal?: string
  /** How many transactions were applied; absent for none. */
  readonly applied?: number
}

// How often the holder moves, how long nobody may have seen it move until it counts as dead, and how long an
// attempt to take the lease may wait in the server, where a transaction of a dead process may keep the
// document, in milliseconds.
const beatEvery = 1000
export const term = 8000
const attemptLimit = 2000
// An attempt that takes longer has waited for more than the server.
const longestAttempt = attemptLimit + beatEvery

export const key = { _id: 'alone' }

/** What a holder may note in the step in which it moves. */
interface Note {
  /** The journal that is valid from here on; null when it is applied. */
  readonly journal?: string | null
  /** A transaction is applied with this step. */
  readonly applied?: boolean
}

export class Lease {
  readonly #collection: Collection<LeaseDocument>
  readonly #fence: number
  #beating = true
  #abandoned = false
  /** What the holder before had decided and may not have finished. */
  readonly journal: string | undefined

  /**
   * Waits until it has the lease. Rejects with what MongoDB says when no majority of a replica set confirms
   * it.
   */
  static async take(collection: Collection<LeaseDocument>): Promise<Lease> {
    const owner = randomUUID()
    let seen: LeaseDocument | undefined
    let since = performance.now()
    const taken = await pollUntil('MongoDB', async () => {
      const asked = performance.now()
      const dead = asked - since > term ? seen : undefined
      const lease = await tryTake(collection, owner, dead)
      if (lease) return lease
      const tried = performance.now()
      const now = (await collection.findOne(key)) ?? undefined
      if (!now) await unlessTransient(makeFree(collection))
      // While MongoDB elects a primary, the holder cannot move either. An attempt that the server itself
      // takes long for says nothing of the holder, whom a look alone shows.
      const stalled = tried - asked > longestAttempt || performance.now() - tried > beatEvery
      if (stalled || now?.beat !== seen?.beat || now?.fence !== seen?.fence) since = performance.now()
      seen = now
      return undefined
    })
    const lease = new Lease(collection, taken)
    try {
      await lease.move()
    } catch (error) {
      await lease.release().catch(() => undefined)
      throw error
    }
    return lease
  }

  constructor(collection: Collection<LeaseDocument>, taken: LeaseDocument) {
    this.#collection = collection
    this.#fence = taken.fence
    this.journal = taken.journal
    this.#beat()
  }

  /**
   * Moves until the lease is released, one step at a time. What fails here shows when something is to be
   * written.
   */
  #beat(): void {
    setTimeout(async () => {
      if (this.#beating) await this.move({}).catch(() => undefined)
      if (this.#beating) this.#beat()
    }, beatEvery).unref()
  }

  /**
   * Shows that the holder lives, and notes in the same step what else is given. Rejects when it has lost the
   * lease.
   */
  async move({ journal, applied }: Note = {}, session?: ClientSession): Promise<void> {
    const change = {
      $inc: { beat: 1, applied: Number(applied === true || journal === null) },
      ...(typeof journal === 'string' && { $set: { journal } }),
      ...(journal === null && { $unset: { journal: '' as const } }),
    }
    const mine = { ...key, fence: this.#fence }
    const { matchedCount } = session
      ? await this.#collection.updateOne(mine, change, { session })
      : await again(() => this.#collection.updateOne(mine, change, { maxTimeMS: term / 2 }))
    if (matchedCount === 0) throw lost()
  }

  /** Lets others go on; nothing happens after `abandon`. */
  async release(): Promise<void> {
    this.#beating = false
    if (this.#abandoned) return
    const free = { $set: { owner: null } }
    await this.#collection.updateOne({ ...key, fence: this.#fence }, free, atOnce)
  }

  /** Leaves the lease to time: what was decided is not finished, and the next holder sees to it. */
  abandon(): void {
    this.#abandoned = true
    this.#beating = false
  }
}

/**
 * Whether a majority knows of it is asked in the next step: here that would cost every waiter the same time
 * again.
 */
const atOnce = { writeConcern: { w: 1 }, maxTimeMS: attemptLimit } as const

async function tryTake(
  collection: Collection<LeaseDocument>,
  owner: string,
  dead: LeaseDocument | undefined,
): Promise<LeaseDocument | undefined> {
  // It may be its own already, by an attempt whose answer was lost.
  const free = { ...key, owner: { $in: [null, owner] } }
  const filter = dead ? { ...key, fence: dead.fence, beat: dead.beat } : free
  const change = { $set: { owner }, $inc: { fence: 1, beat: 1 } }
  const options = { returnDocument: 'after', ...atOnce } as const
  return (await unlessTransient(collection.findOneAndUpdate(filter, change, options))) ?? undefined
}

/**
 * Undefined where the server did not answer in time, or another transaction has the document: it may be asked
 * again.
 */
async function unlessTransient<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt
  } catch (error) {
    if (isTransient(error) || isCutOff(error)) return undefined
    throw error
  }
}

async function makeFree(collection: Collection<LeaseDocument>): Promise<void> {
  await collection.updateOne(
    key,
    { $setOnInsert: { owner: null, fence: 0, beat: 0 } },
    { upsert: true, ...atOnce },
  )
}

// A journal that was valid already is finished by the holder that took over.
function lost(): LunaError {
  return new LunaError('unavailable', 'another command took over before this one was done', {
    why: `this one did not reach the store for ${term / 1000} seconds`,
    fix: 'look at what is there, and try again',
  })
}
