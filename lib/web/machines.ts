// Machines that lweb could not help, as the leader remembers them: those that are no node, and those that
// asked as a node and were refused. They are written down for who looks from outside.
import { hostname } from 'node:os'
import { Loop } from '../daemon/loop.ts'
import { logTrouble } from '../daemon/trouble.ts'
import type { Log } from '../log.ts'
import type { ReportTopic } from '../object/record/head-report.ts'
import type { Store } from '../store/store.ts'

// How often they are written down when some have asked, in milliseconds.
const pause = 1000

/** Remembers what `merge` leaves of what was known and what was asked. */
export class Remembered<Known, Asked> {
  readonly #running: Promise<void>
  readonly #ended = new AbortController()
  readonly #store: () => Promise<Store>
  readonly #topic: ReportTopic
  readonly #merge: (known: readonly Known[], asked: readonly Asked[], now: number) => Known[]
  #known: Known[] = []
  #changed = false

  constructor(
    store: () => Promise<Store>,
    log: Log,
    topic: ReportTopic,
    merge: (known: readonly Known[], asked: readonly Asked[], now: number) => Known[],
  ) {
    this.#store = store
    this.#topic = topic
    this.#merge = merge
    const loggingTrouble = logTrouble(log)
    this.#running = new Loop(pause, () => loggingTrouble(() => this.#keep())).run(this.#ended.signal)
  }

  add(asked: readonly Asked[]): void {
    if (asked.length === 0) return
    this.#known = this.#merge(this.#known, asked, Date.now())
    this.#changed = true
  }

  async end(): Promise<void> {
    this.#ended.abort()
    await this.#running
  }

  async #keep(): Promise<void> {
    if (!this.#changed) return
    const [store, time] = [await this.#store(), Date.now()]
    this.#changed = false
    await store.keepHeadReport({ topic: this.#topic, head: hostname(), time, told: this.#known })
  }
}
