// What the leader of lweb tells the log of boots beside what its workers do: they see what a node asks, and
// not which boot of it that is, nor what it has fetched.
import type { Log } from '../log.ts'
import { type Boot, type BootEvent, isFetch, outcomeOf } from '../object/record/boot.ts'
import type { Store } from '../store/store.ts'

interface Seen {
  readonly event: BootEvent
  readonly before: Boot | undefined
  readonly after: Boot
}

export class Story {
  readonly #store: () => Promise<Store>
  readonly #log: Log
  #seen: Seen[] = []

  constructor(store: () => Promise<Store>, log: Log) {
    this.#store = store
    this.#log = log
  }

  /** Takes in an event of a boot, which is `before` without it and `after` with it. */
  see(event: BootEvent, before: Boot | undefined, after: Boot): void {
    const seen = { event, before, after }
    if (!before || isFetch(event.step) || hasEnded(seen)) this.#seen.push(seen)
  }

  /** Tells what was taken in. */
  async tell(): Promise<void> {
    if (this.#seen.length === 0) return
    const store = await this.#store()
    const all = this.#seen
    this.#seen = []
    for (const seen of all) {
      const name = (await store.find('node', seen.event.node))?.name
      if (name !== undefined) this.#tellOf(name, seen)
    }
  }

  #tellOf(node: string, seen: Seen): void {
    const { before, after, event } = seen
    const { step, bytes, seconds } = event
    const at = { node, boot: after.number, step }
    if (!before) this.#log.info('boot began', { ...at, image: after.image })
    if (isFetch(step)) this.#log.info('file fetched', { ...at, bytes, seconds })
    if (hasEnded(seen))
      this.#log.info('boot ended', { ...at, outcome: outcomeOf(after), seconds: secondsOf(after) })
  }
}

/** Whether the event is what a boot has come to. */
function hasEnded({ before, after }: Seen): boolean {
  const outcome = outcomeOf(after)
  return ['up', 'installed', 'failed'].includes(outcome) && (!before || outcomeOf(before) !== outcome)
}

function secondsOf({ began, steps }: Boot): number {
  return Math.round(((steps.at(-1)?.time ?? began) - began) / 1000)
}
