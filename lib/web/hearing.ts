// What the leader of lweb makes of what its workers tell: boots are written down, answers counted, machines
// that are no node remembered.
import { hostname } from 'node:os'
import { Loop } from '../daemon/loop.ts'
import { logTrouble } from '../daemon/trouble.ts'
import type { Log } from '../log.ts'
import { type Unknown, withAsked } from '../object/record/unknown.ts'
import type { Store } from '../store/store.ts'
import { hearFetched } from './fetched.ts'
import { runHooks } from './hooks.ts'
import { given, isWish } from './metrics/ask.ts'
import { isSeen, recordSeen } from './seen.ts'
import { isTold } from './told.ts'
import type { Hear } from './workers.ts'

export interface Hearing {
  readonly hear: Hear
  /** Writes down the rest and resolves. */
  end(): Promise<void>
}

/** Never rejects: a store that is away is logged. */
export async function hearWorkers(
  store: () => Promise<Store>,
  key: () => Promise<string | undefined>,
  log: Log,
): Promise<Hearing> {
  // Only the leader needs the package behind it, and its workers are made of the same code.
  const { LeaderMetrics } = await import('./metrics/leader-metrics.ts')
  const metrics = new LeaderMetrics()
  const recording = recordSeen(store, log, metrics.seen)
  const unknown = new UnknownMachines(store, log)
  const hooks = runHooks(store, log)
  const endFetched = await hearFetched(recording.fetched, key, log)
  return {
    hear(message, answer) {
      if (isSeen(message)) {
        recording.add(message.seen)
        hooks.see(message.seen)
      } else if (isTold(message)) {
        metrics.answered(message.counted)
        unknown.add(message.unknown)
      } else if (isWish(message)) void given(message, () => metrics.text()).then(answer)
    },
    async end() {
      endFetched()
      hooks.end()
      await Promise.all([recording.end(), unknown.end()])
    },
  }
}

// How often they are written down when some have asked, in milliseconds.
const pause = 1000

class UnknownMachines {
  readonly #running: Promise<void>
  readonly #ended = new AbortController()
  readonly #store: () => Promise<Store>
  #known: Unknown[] = []
  #changed = false

  constructor(store: () => Promise<Store>, log: Log) {
    this.#store = store
    const loggingTrouble = logTrouble(log)
    this.#running = new Loop(pause, () => loggingTrouble(() => this.#keep())).run(this.#ended.signal)
  }

  add(asked: Parameters<typeof withAsked>[1]): void {
    if (asked.length === 0) return
    this.#known = withAsked(this.#known, asked, Date.now())
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
    await store.keepHeadReport({ topic: 'unknown', head: hostname(), time, told: this.#known })
  }
}
