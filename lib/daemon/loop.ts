// Work that a daemon repeats: after an interval, and at once when it is woken.
import { setTimeout as delay } from 'node:timers/promises'

// Longer than the slowest store and the slowest tracker take together.
const longestTurn = 300_000

export class Loop {
  readonly #interval: number
  readonly #work: (woken: boolean) => Promise<void>
  #woken = false
  #endRest: () => void = () => {}
  #lastTurn = performance.now()

  /**
   * Rests for `interval` milliseconds between two turns of `work`, which is told whether `wake` was called
   * since its last turn. A rejection of `work` ends the loop.
   */
  constructor(interval: number, work: (woken: boolean) => Promise<void>) {
    this.#interval = interval
    this.#work = work
  }

  /** False when a turn has hung. */
  alive(): boolean {
    return performance.now() - this.#lastTurn < longestTurn
  }

  /** Has the next turn begin now, or as soon as the present one is over. */
  readonly wake = (): void => {
    this.#woken = true
    this.#endRest()
  }

  /** One turn of the work. */
  async turn(): Promise<void> {
    const woken = this.#woken
    this.#woken = false
    await this.#work(woken)
    this.#lastTurn = performance.now()
  }

  /** Takes turns until `stop` is aborted; calls `afterTurn` after each. */
  async run(stop: AbortSignal, afterTurn: () => Promise<void> = async () => {}): Promise<void> {
    stop.addEventListener('abort', this.wake, { once: true })
    while (!stop.aborted) {
      await this.turn()
      await afterTurn()
      if (!this.#woken && !stop.aborted) await this.#rest()
    }
  }

  async #rest(): Promise<void> {
    const ended = new AbortController()
    this.#endRest = () => ended.abort()
    await delay(this.#interval, undefined, { signal: ended.signal }).catch(() => {})
    this.#endRest = () => {}
  }
}
