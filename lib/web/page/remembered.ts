// Answers that take long to make, remembered while nothing has happened: whoever watches asks every second,
// and the nodes that boot come first.
import { createHash } from 'node:crypto'

/** An answer as it is sent, and the tag that tells it from another one (RFC 9110, section 8.8.3). */
export interface Made {
  readonly body: Buffer
  readonly etag: string
}

/** What an answer is made of. */
export interface Making {
  readonly value: object
  /** It becomes another one without a new version. */
  readonly moving?: boolean
}

interface Remembered extends Made {
  readonly version: string
  readonly moving: boolean
  /** When it was made, and until when it is good enough whatever happens; in milliseconds. */
  readonly since: number
  readonly until: number
}

// An answer is made at most so often, and takes at most this share of the time of its process.
const least = 900
const share = 0.25
// What changes without a new version is made again after so many milliseconds.
const longest = 20_000

export class RememberedAnswer {
  readonly #clock: () => number
  #present: Remembered | undefined
  #making: Promise<Remembered> | undefined

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** The answer of `make`, remembered for as long as `version` gives the same. */
  async get(version: () => Promise<string>, make: () => Promise<Making>): Promise<Made> {
    const present = this.#present
    const now = this.#clock()
    if (present && now < present.until) return present
    const current = await version()
    if (present?.version === current && !present.moving && now - present.since < longest) return present
    this.#making ??= this.#make(current, make).finally(() => {
      this.#making = undefined
    })
    return await this.#making
  }

  async #make(version: string, make: () => Promise<Making>): Promise<Remembered> {
    const since = this.#clock()
    const { value, moving = false } = await make()
    const body = Buffer.from(JSON.stringify(value))
    const took = this.#clock() - since
    const until = since + Math.max(least, took / share)
    this.#present = { body, etag: tagOf(body), version, moving, since, until }
    return this.#present
  }
}

function tagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}

/** Whether a client that sends `If-None-Match` has that answer; compares weakly, as RFC 9110 has it. */
export function hasIt(match: string, etag: string): boolean {
  return match.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
