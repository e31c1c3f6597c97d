// Writes the tables of switches to the store, without keeping other writers waiting. Behind an uplink are
// thousands of machines whose entries say only that they are still there: those are written every few rounds.
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { SeenAtPort } from '../../host/snmp/switch-table.ts'
import type { Id } from '../../object/field.ts'
import type { Store } from '../../store/store.ts'
import { mostPerPort, staleAfter } from '../boot/switch-port.ts'
import { makeLimit } from '../limit.ts'

// Well before an entry would count as gone, also when a round fails.
const refreshAfter = staleAfter / 2
// Entries in one write: other writers wait no longer than for that.
const writeAtOnce = 250

export class SwitchRecorder {
  readonly #written = new Map<Id, Map<string, number>>()
  readonly #oneByOne = makeLimit(1)

  /** Writes the table that a switch had at `updated`. Aborting `stop` leaves the rest out. */
  async record(
    store: Store,
    id: Id,
    seen: readonly SeenAtPort[],
    updated: Date,
    stop: AbortSignal,
  ): Promise<void> {
    const learned = this.#due(id, seen, updated).map((entry) => ({ ...entry, switch: id, updated }))
    try {
      await this.#oneByOne(async () => {
        for (let at = 0; at < learned.length && !stop.aborted; at += writeAtOnce) {
          await store.learn(learned.slice(at, at + writeAtOnce))
          await yieldToOthers()
        }
      })
    } catch (error) {
      this.#written.delete(id)
      throw error
    }
  }

  /** Forgets all other switches. */
  keep(ids: ReadonlySet<Id>): void {
    for (const id of this.#written.keys()) if (!ids.has(id)) this.#written.delete(id)
  }

  /**
   * The entries that are new or at ports of few machines; of all others those that were not written lately.
   */
  #due(id: Id, seen: readonly SeenAtPort[], now: Date): SeenAtPort[] {
    const before = this.#written.get(id)
    const after = new Map<string, number>()
    const perPort = new Map<string, number>()
    for (const { port } of seen) perPort.set(port, (perPort.get(port) ?? 0) + 1)
    this.#written.set(id, after)
    return seen.filter(({ mac, port, portname }) => {
      const key = `${mac} ${port} ${portname}`
      const last = (perPort.get(port) ?? 0) > mostPerPort ? before?.get(key) : undefined
      const fresh = last !== undefined && now.getTime() - last < refreshAfter
      after.set(key, fresh ? last : now.getTime())
      return !fresh
    })
  }
}
