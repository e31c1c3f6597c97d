// Readers and transactions that are being written: a read counts only when no transaction was applied
// meanwhile, which the lease document tells (as a sequence lock does). A reader that finds a journal waits
// for its end, or finishes it for a dead holder.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Collection } from 'mongodb'
import { LunaError } from '../../error.ts'
import { key, type LeaseDocument } from './lease.ts'

// How long a journal may take before a reader tries to get the lease for itself, and the pause between two
// looks, in milliseconds; how often a read is tried.
const patience = 1000
const pause = 3
const mostTries = 20

export class SettledReads {
  readonly #leases: Collection<LeaseDocument>
  readonly #finish: () => Promise<void>
  #current: Promise<unknown> = Promise.resolve()
  #next: Promise<number> | undefined
  #applied: number | undefined

  /** `finish` gets the lease, and by that finishes the journal of a dead holder. */
  constructor(leases: Collection<LeaseDocument>, finish: () => Promise<void>) {
    this.#leases = leases
    this.#finish = finish
  }

  /** Reads until nothing was applied between the beginning and the end of it. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; tries < mostTries; tries++) {
      const before = this.#applied ?? (await this.#look())
      const result = await work()
      if ((await this.#look()) === before) return result
    }
    throw new LunaError('unavailable', 'the database changes faster than it can be read', {
      why: `it changed during each of ${mostTries} attempts to read it`,
      fix: 'try again when fewer commands change it',
    })
  }

  /**
   * How many transactions were applied, when none is being applied. Reads that end at the same time share one
   * look.
   */
  #look(): Promise<number> {
    this.#next ??= this.#current.then(() => {
      this.#next = undefined
      const look = this.#settled()
      this.#current = look.catch(() => undefined)
      return look
    })
    return this.#next
  }

  async #settled(): Promise<number> {
    const began = performance.now()
    for (;;) {
      const lease = await this.#leases.findOne(key)
      if (lease?.journal === undefined) {
        this.#applied = lease?.applied ?? 0
        return this.#applied
      }
      if (performance.now() - began > patience) await this.#finish()
      else await sleep(pause)
    }
  }
}
