// What is wrong with a file, gathered: all of it is told in one go, and nothing is done.

import { LunaError } from '../../error.ts'
import type { Entry } from '../../format/entry.ts'

// As many as a person reads.
const mostTold = 20

type Path = readonly (string | number)[]

/** What is wrong with a value: what it cannot be, by which rule, and what to give. */
export interface Objection {
  readonly what: string
  readonly why?: string | undefined
  readonly fix: string | undefined
}

/** Several things are wrong: the message counts them. */
export class Faulty extends LunaError {
  readonly faults: readonly LunaError[]

  constructor(faults: readonly LunaError[], more: number) {
    const count = faults.length + more
    super('invalid', `${count} ${count === 1 ? 'thing is' : 'things are'} wrong, and nothing is changed`, {
      ...(more > 0 && { why: `${faults.length} of them are told` }),
      fix: 'correct the file, and give it again',
    })
    this.faults = faults
  }
}

export class Faults {
  readonly #told: LunaError[] = []
  #more = 0

  /** Notes that what stands at a path of the entry cannot be. */
  add(entry: Entry, path: Path, { what, why, fix }: Objection): void {
    // Finding a place may take long: not for what is not told.
    if (this.full) {
      this.#more++
      return
    }
    const message = `${entry.place(...path)}: ${what}`
    const details = { ...(why !== undefined && { why }), fix: fix ?? 'correct it there' }
    this.#told.push(new LunaError('invalid', message, details))
  }

  /** Notes what a rule of another place refused. Anything but a LunaError is thrown on. */
  catch(entry: Entry, path: Path, error: unknown): void {
    if (!(error instanceof LunaError) || error.code === 'unavailable' || error.code === 'internal')
      throw error
    if (error instanceof Faulty) throw error
    this.add(entry, path, { what: error.message, why: error.why, fix: error.fix })
  }

  /** Whether nobody would be told of more. */
  get full(): boolean {
    return this.#told.length >= mostTold
  }

  get any(): boolean {
    return this.#told.length > 0
  }

  /** Throws Faulty when something was noted. */
  end(): void {
    if (this.any) throw new Faulty(this.#told, this.#more)
  }
}
