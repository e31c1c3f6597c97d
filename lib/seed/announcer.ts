// Tells the tracker what is offered, again and again; a tracker that is away is told as soon as it is back.
import { type LunaError, sentence } from '../error.ts'
import type { Log } from '../log.ts'
import type { Offered } from './client.ts'
import { announceTo } from './tracker-client.ts'

export interface TrackerTarget {
  /** URL of the tracker. */
  readonly url: string
  readonly address: string
  readonly port: number
  /** Seconds between announces, when the tracker does not say. */
  readonly interval: number
}

// A tracker is asked often while it is away: nodes that boot meanwhile need the seeder in its list.
const leastInterval = 5
const mostInterval = 300
const stopTimeout = 2000

export class Announcer {
  readonly #log: Log
  /** What the tracker knows of, with when it wants to hear again. */
  readonly #due = new Map<string, { at: number; told: boolean }>()
  #trouble = false

  constructor(log: Log) {
    this.#log = log
  }

  /** Announces what is due. Never rejects: trouble is logged when it begins and when it ends. */
  async tell(offered: readonly Offered[], where: TrackerTarget): Promise<void> {
    const now = Date.now()
    const due = offered.filter(({ infoHash }) => (this.#due.get(infoHash)?.at ?? 0) <= now)
    await Promise.all(due.map((one) => this.#tellOne(one, where)))
  }

  /** Says that a torrent is not offered any more. Never rejects, and gives up soon. */
  async stop(offered: readonly Offered[], where: TrackerTarget): Promise<void> {
    const told = offered.filter(({ infoHash }) => this.#due.get(infoHash)?.told)
    const goodbyes = told.map(async (one) => {
      this.#due.delete(one.infoHash)
      await announceTo({ ...one, ...where, event: 'stopped' }).catch(() => undefined)
    })
    const enough = new Promise((done) => setTimeout(done, stopTimeout).unref())
    await Promise.race([Promise.all(goodbyes), enough])
  }

  async #tellOne(one: Offered, where: TrackerTarget): Promise<void> {
    const told = this.#due.get(one.infoHash)?.told ?? false
    const first = told ? {} : { event: 'started' as const }
    try {
      const asked = await announceTo({ ...one, ...where, ...first })
      this.#due.set(one.infoHash, { at: next(asked ?? where.interval), told: true })
      if (this.#trouble) this.#log.info('tracker answers again', { url: where.url })
      this.#trouble = false
    } catch (error) {
      this.#due.set(one.infoHash, { at: next(leastInterval), told })
      if (!this.#trouble) this.#log.warning('tracker', { error: sentence(error as LunaError) })
      this.#trouble = true
    }
  }
}

function next(seconds: number): number {
  return Date.now() + 1000 * Math.min(Math.max(seconds, leastInterval), mostInterval)
}
