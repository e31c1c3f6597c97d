// Announces the offered torrents when they are due. A tracker that does not answer is asked more often.
import { Trouble } from '../daemon/trouble.ts'
import { sentence } from '../error.ts'
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

// Seconds. While the tracker does not answer the shortest: nodes that boot meanwhile need the seeder in its
// list.
const shortestInterval = 5
const longestInterval = 300
// Milliseconds.
const stopTimeout = 2000

export class Announcer {
  /** When each torrent is announced next, and whether the tracker knows it. */
  readonly #due = new Map<string, { at: number; told: boolean }>()
  readonly #trouble: Trouble

  constructor(log: Log) {
    this.#trouble = new Trouble(
      (why) => log.warning('tracker not reachable', { why }),
      () => log.info('tracker reachable again'),
    )
  }

  /** Announces what is due. Never rejects: trouble is logged. */
  async tell(offered: readonly Offered[], where: TrackerTarget): Promise<void> {
    const now = performance.now()
    const due = offered.filter(({ infoHash }) => (this.#due.get(infoHash)?.at ?? 0) <= now)
    const failures = await Promise.all(due.map((one) => this.#tellOne(one, where)))
    if (due.length > 0) this.#trouble.update(failures.find((why) => why !== '') ?? '')
  }

  /** Announces that torrents are no longer offered. Never rejects, and gives up after two seconds. */
  async stop(offered: readonly Offered[], where: TrackerTarget): Promise<void> {
    const told = offered.filter(({ infoHash }) => this.#due.get(infoHash)?.told)
    const goodbyes = told.map(async (one) => {
      this.#due.delete(one.infoHash)
      await announceTo({ ...one, ...where, event: 'stopped' }).catch(() => undefined)
    })
    const enough = new Promise((done) => setTimeout(done, stopTimeout).unref())
    await Promise.race([Promise.all(goodbyes), enough])
  }

  /** Why the announce failed; empty when it did not. */
  async #tellOne(one: Offered, where: TrackerTarget): Promise<string> {
    const told = this.#due.get(one.infoHash)?.told ?? false
    const first = told ? {} : { event: 'started' as const }
    try {
      const asked = await announceTo({ ...one, ...where, ...first })
      this.#due.set(one.infoHash, { at: next(asked ?? where.interval), told: true })
      return ''
    } catch (error) {
      this.#due.set(one.infoHash, { at: next(shortestInterval), told })
      return sentence(error)
    }
  }
}

function next(seconds: number): number {
  return performance.now() + 1000 * Math.min(Math.max(seconds, shortestInterval), longestInterval)
}
