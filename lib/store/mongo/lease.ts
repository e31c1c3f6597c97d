// Exclusive work among all processes of all machines, by one document in MongoDB. Its holder counts `beat` up; who waits takes it over
// when it has not moved for a whole term of his own clock, so that no two clocks are ever compared. Every holder gets a
// higher `fence`; what is written under a lower one is refused.
import { randomUUID } from 'node:crypto'
import type { ClientSession, Collection } from 'mongodb'
import { LunaError } from '../../error.ts'
import { pollUntil } from '../acquire.ts'

/** The one document of the collection `luna_lease`. */
export interface LeaseDocument {
  readonly _id: string
  readonly owner: string | null
  readonly fence: number
  readonly beat: number
  /** What the holder had decided to write (see mongo-journal.ts): the fence that it was written under. */
  readonly journal?: number
}

// How often the holder moves, and how long nobody may have seen it move until it counts as dead, in milliseconds.
const beatEvery = 1000
const term = 8000

const key = { _id: 'alone' }

export class Lease {
  readonly #collection: Collection<LeaseDocument>
  readonly #fence: number
  readonly #timer: NodeJS.Timeout
  #confirmed = performance.now()
  #abandoned = false
  /** What the holder before had decided and may not have finished. */
  readonly journal: number | undefined

  /** Waits until it has the lease. */
  static async take(collection: Collection<LeaseDocument>): Promise<Lease> {
    const owner = randomUUID()
    let seen: LeaseDocument | undefined
    let since = performance.now()
    const taken = await pollUntil('MongoDB', async () => {
      const asked = performance.now()
      const dead = asked - since > term ? seen : undefined
      const lease = await tryTake(collection, owner, dead)
      if (lease) return lease
      const now = (await collection.findOne(key)) ?? undefined
      if (!now) await makeFree(collection)
      // While MongoDB elects a primary, the holder cannot move either.
      const stalled = performance.now() - asked > beatEvery
      if (stalled || now?.beat !== seen?.beat || now?.fence !== seen?.fence) since = performance.now()
      seen = now
      return undefined
    })
    return new Lease(collection, taken)
  }

  constructor(collection: Collection<LeaseDocument>, taken: LeaseDocument) {
    this.#collection = collection
    this.#fence = taken.fence
    this.journal = taken.journal
    this.#timer = setInterval(() => {
      // What fails here shows when something is to be written.
      this.move().catch(() => undefined)
    }, beatEvery)
    this.#timer.unref()
  }

  get fence(): number {
    return this.#fence
  }

  /** Shows that the holder lives, and notes in the same step what else is given. Rejects when somebody took over. */
  async move(more: { journal?: number | null } = {}, session?: ClientSession): Promise<void> {
    const { journal } = more
    const asked = performance.now()
    const { matchedCount } = await this.#collection.updateOne(
      { ...key, fence: this.#fence },
      {
        $inc: { beat: 1 },
        ...(typeof journal === 'number' && { $set: { journal } }),
        ...(journal === null && { $unset: { journal: '' } }),
      },
      session ? { session } : {},
    )
    if (matchedCount === 0) throw lost()
    this.#confirmed = asked
  }

  /** Rejects when somebody may have taken over. */
  async check(): Promise<void> {
    if (performance.now() - this.#confirmed > term / 2) await this.move()
  }

  /** Lets others go on; nothing happens after `abandon`. */
  async release(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#abandoned) return
    await this.#collection.updateOne({ ...key, fence: this.#fence }, { $set: { owner: null } })
  }

  /** Leaves the lease to time: what was decided is not finished, and the next holder sees to it. */
  abandon(): void {
    this.#abandoned = true
    clearInterval(this.#timer)
  }
}

function tryTake(
  collection: Collection<LeaseDocument>,
  owner: string,
  dead: LeaseDocument | undefined,
): Promise<LeaseDocument | null> {
  const free = dead ? { ...key, fence: dead.fence, beat: dead.beat } : { ...key, owner: null }
  const change = { $set: { owner }, $inc: { fence: 1, beat: 1 } }
  return collection.findOneAndUpdate(free, change, { returnDocument: 'after' })
}

async function makeFree(collection: Collection<LeaseDocument>): Promise<void> {
  await collection.updateOne(key, { $setOnInsert: { owner: null, fence: 0, beat: 0 } }, { upsert: true })
}

// What was put down already is finished by whoever took over; what was not is not there.
function lost(): LunaError {
  return new LunaError('unavailable', 'another command took over before this one was done', {
    why: `this one did not reach the store for ${term / 1000} seconds`,
    fix: 'look at what is there, and try again',
  })
}
