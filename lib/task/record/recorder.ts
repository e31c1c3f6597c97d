// Writes down what is seen of boots. One process of a head does it (the leader of lweb): what its workers see
// is gathered, and each flush writes a boot once, however many of its steps came since the last.
import type { Id } from '../../object/field.ts'
import { type Boot, type BootEvent, beginsBoot, withEvent } from '../../object/record/boot.ts'
import type { KeptBoot, Store } from '../../store/store.ts'
import { Downloads } from './downloads.ts'

// Events that wait for the store at most: what comes on top while it is away is lost.
const mostWaiting = 20_000
// So many nodes whose last boot is not known are looked up one by one; of more, all are read at once.
const fewUnknown = 100
// So many writes at once keep others waiting for a few milliseconds.
const batch = 200
// How long a boot that was read or written is taken for the present one: another head may have taken over
// meanwhile. In milliseconds.
const trusted = 300_000

interface Known {
  readonly boot: Boot | undefined
  readonly since: number
}

/**
 * Sees each event that was written, the boot that it is added to, undefined when it begins one, and that boot
 * with it.
 */
export type Observe = (event: BootEvent, before: Boot | undefined, after: Boot) => void

export class BootRecorder {
  readonly #store: () => Promise<Store>
  readonly #now: () => number
  readonly #observe: Observe
  #waiting: BootEvent[] = []
  #known = new Map<Id, Known>()
  #lost = 0

  /**
   * `now` gives milliseconds since 1970.
   */
  constructor(store: () => Promise<Store>, now: () => number = Date.now, observe: Observe = () => {}) {
    this.#store = store
    this.#now = now
    this.#observe = observe
  }

  /** Remembers what was seen until the next `flush`. */
  add(events: readonly BootEvent[]): void {
    const taken = events.slice(0, mostWaiting - this.#waiting.length)
    this.#waiting.push(...taken)
    this.#lost += events.length - taken.length
  }

  /**
   * Writes down what was added. When it rejects because the store is away, that waits for the next time.
   * Gives how many events were lost since the last flush, because too many waited.
   */
  async flush(): Promise<number> {
    const events = this.#waiting
    if (events.length === 0) return 0
    this.#waiting = []
    try {
      await this.#write(events)
    } catch (error) {
      this.#waiting.unshift(...events)
      throw error
    }
    const lost = this.#lost
    this.#lost = 0
    return lost
  }

  async #write(events: readonly BootEvent[]): Promise<void> {
    const store = await this.#store()
    const boots = await this.#lastBoots(store, new Set(events.map(({ node }) => node)))
    const downloads = new Downloads(store)
    const past: KeptBoot[] = []
    const seen: Parameters<Observe>[] = []
    for (const event of events) {
      const { node } = event
      const boot = boots.get(node)
      const begins = boot && beginsBoot(boot, event)
      if (begins) past.push({ node, boot, past: true })
      const before = begins ? undefined : boot
      const after = withEvent(before, event, begins ? boot.number + 1 : 1)
      boots.set(node, after)
      seen.push([event, before, after])
      const download = await downloads.endedBy(event, after)
      if (!download) continue
      boots.set(node, withEvent(after, download))
      seen.push([download, after, withEvent(after, download)])
    }
    const last = [...boots].flatMap(([node, boot]) => (boot ? [{ node, boot, past: false }] : []))
    // Boots of the past first: what is cut off between leaves a boot twice rather than not at all.
    const all = [...past, ...last]
    for (let at = 0; at < all.length; at += batch) await store.keepBoots(all.slice(at, at + batch))
    for (const one of seen) this.#observe(...one)
    const since = this.#now()
    for (const [node, boot] of boots) this.#known.set(node, { boot, since })
  }

  /** The last boots of these nodes. */
  async #lastBoots(store: Store, nodes: ReadonlySet<Id>): Promise<Map<Id, Boot | undefined>> {
    this.#forget()
    const unknown = [...nodes].filter((node) => !this.#known.has(node))
    const all = unknown.length > fewUnknown ? await store.lastBoots() : undefined
    const boots = new Map<Id, Boot | undefined>()
    for (const node of nodes) {
      const known = this.#known.get(node)
      boots.set(node, known ? known.boot : all ? all.get(node) : await store.lastBoot(node))
    }
    return boots
  }

  #forget(): void {
    const since = this.#now() - trusted
    for (const [node, known] of this.#known) if (known.since < since) this.#known.delete(node)
  }
}
