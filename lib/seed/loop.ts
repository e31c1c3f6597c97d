// When the seeder looks at the store and when it talks to the tracker.
import { setTimeout as delay } from 'node:timers/promises'
import type { ReopeningStore } from '../daemon/reopening-store.ts'
import { sentence } from '../error.ts'
import type { Log } from '../log.ts'
import { seedPlan } from '../task/torrent/seed-plan.ts'
import type { Seeder } from './seeder.ts'

const lookEvery = 30_000
const tellEvery = 1000
// As long as the slowest store and tracker may take together, and longer.
const mostTurn = 300_000

/** What happens from outside while it runs. */
export interface SeederEvents {
  readonly stop: AbortSignal
  /** Calls `look` whenever somebody says that there is something new. */
  readonly onReload: (look: () => void) => void
}

/** Looks at the store every half minute and when there is news, one look at a time; announces in between. */
export class SeederLoop {
  readonly #seeder: Seeder
  readonly #store: ReopeningStore
  readonly #log: Log
  #wake: () => void = () => {}
  #news = false
  #turned = Date.now()
  #trouble = ''

  constructor(seeder: Seeder, store: ReopeningStore, log: Log) {
    this.#seeder = seeder
    this.#store = store
    this.#log = log
  }

  alive(): boolean {
    return Date.now() - this.#turned < mostTurn
  }

  /** What is seeded already goes on being seeded when the store is away: trouble is only told. */
  async look(): Promise<void> {
    try {
      await this.#seeder.follow(await seedPlan(await this.#store.get()))
      if (this.#trouble !== '') this.#log.info('well again')
      this.#trouble = ''
    } catch (error) {
      if (sentence(error) !== this.#trouble) this.#log.warning('trouble', { error: sentence(error) })
      this.#trouble = sentence(error)
    }
  }

  async go(stop: AbortSignal, onNews: SeederEvents['onReload']): Promise<void> {
    onNews(() => {
      this.#news = true
      this.#wake()
    })
    stop.addEventListener('abort', () => this.#wake(), { once: true })
    let looked = Date.now()
    while (!stop.aborted) {
      if (this.#news || Date.now() - looked >= lookEvery) {
        this.#news = false
        await this.look()
        looked = Date.now()
      } else await this.#seeder.tell()
      this.#turned = Date.now()
      if (!this.#news && !stop.aborted) await this.#rest()
    }
  }

  async #rest(): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    await delay(tellEvery, undefined, { signal: woken.signal }).catch(() => {})
    this.#wake = () => {}
  }
}
