// Trouble of a daemon: logged when it begins, when its reason changes, and when it is over; not at every turn
// of a loop.
import { LunaError, sentence } from '../error.ts'
import type { Log } from '../log.ts'

export class Trouble {
  readonly #begins: (why: string) => void
  readonly #ends: () => void
  #why = ''

  constructor(begins: (why: string) => void, ends: () => void) {
    this.#begins = begins
    this.#ends = ends
  }

  /** Takes the reason of the trouble that there is now; empty: there is none. */
  update(why: string): void {
    if (why === this.#why) return
    this.#why = why
    if (why === '') this.#ends()
    else this.#begins(why)
  }
}

/**
 * Runs work that needs the store, again and again. Never rejects: a daemon outlives its database, and logs
 * its trouble.
 */
export function logTrouble(log: Log): (work: () => Promise<void>) => Promise<void> {
  const store = new Trouble(
    (why) => log.warning('store not reachable', { why }),
    () => log.info('store reachable again'),
  )
  const other = new Trouble(
    (why) => log.warning('update failed', { why }),
    () => log.info('updated again'),
  )
  return async (work) => {
    try {
      await work()
      store.update('')
      other.update('')
    } catch (error) {
      const unreachable = error instanceof LunaError && error.code === 'unavailable'
      store.update(unreachable ? sentence(error) : '')
      if (!unreachable) other.update(sentence(error))
    }
  }
}
