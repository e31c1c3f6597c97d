// What workers tell the leader beside the steps of boots: how much they answered, and machines that asked and
// are no node. Gathered, so that a request costs little.
import type { UnknownAsked } from '../object/record/unknown.ts'
import { type Counted, RequestCounter } from './metrics/count.ts'

/** The message of a worker to the leader. */
export interface Told {
  readonly counted: readonly Counted[]
  readonly unknown: readonly UnknownAsked[]
}

// How long a worker gathers, in milliseconds, and how many machines.
const pause = 1000
const mostUnknownAsked = 1000

export class Telling {
  readonly counter = new RequestCounter()
  readonly #send: (message: Told) => Promise<void>
  readonly #timer: NodeJS.Timeout
  #unknown: UnknownAsked[] = []

  constructor(send: (message: Told) => Promise<void>) {
    this.#send = send
    this.#timer = setInterval(() => void this.flush(), pause)
    this.#timer.unref()
  }

  unknown(asked: UnknownAsked): void {
    if (this.#unknown.length < mostUnknownAsked) this.#unknown.push(asked)
  }

  /** Sends what was gathered at once. */
  async flush(): Promise<void> {
    const told = { counted: this.counter.take(), unknown: this.#unknown }
    this.#unknown = []
    if (told.counted.length > 0 || told.unknown.length > 0) await this.#send(told)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }
}

export function isTold(message: unknown): message is Told {
  return typeof message === 'object' && message !== null && 'counted' in message && 'unknown' in message
}
