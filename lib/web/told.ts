// What workers tell the leader beside the steps of boots: how much they answered, machines that asked and are
// no node, and those that asked as a node and were refused. Gathered, so that a request costs little.
import type { RefusedAsked } from '../object/record/refused.ts'
import type { UnknownAsked } from '../object/record/unknown.ts'
import { type Counted, RequestCounter } from './metrics/count.ts'

/** The message of a worker to the leader. */
export interface Told {
  readonly counted: readonly Counted[]
  readonly unknown: readonly UnknownAsked[]
  readonly refused: readonly RefusedAsked[]
}

// How long a worker gathers, in milliseconds, and how many machines.
const pause = 1000
const mostAsked = 1000

export class Telling {
  readonly counter = new RequestCounter()
  readonly #send: (message: Told) => Promise<void>
  readonly #timer: NodeJS.Timeout
  #unknown: UnknownAsked[] = []
  #refused: RefusedAsked[] = []

  constructor(send: (message: Told) => Promise<void>) {
    this.#send = send
    this.#timer = setInterval(() => void this.flush(), pause)
    this.#timer.unref()
  }

  unknown(asked: UnknownAsked): void {
    if (this.#unknown.length < mostAsked) this.#unknown.push(asked)
  }

  refused(asked: RefusedAsked): void {
    if (this.#refused.length < mostAsked) this.#refused.push(asked)
  }

  /** Sends what was gathered at once. */
  async flush(): Promise<void> {
    const told = { counted: this.counter.take(), unknown: this.#unknown, refused: this.#refused }
    this.#unknown = []
    this.#refused = []
    if (Object.values(told).some((some) => some.length > 0)) await this.#send(told)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }
}

export function isTold(message: unknown): message is Told {
  return typeof message === 'object' && message !== null && 'counted' in message && 'unknown' in message
}
