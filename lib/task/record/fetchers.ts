// Which node has fetched a file: the one that asked from the same address last.
import type { Id } from '../../object/field.ts'
import type { BootEvent } from '../../object/record/boot.ts'
import type { Fetched } from '../../object/record/fetched.ts'
import type { Store } from '../../store/store.ts'

// What nginx tells comes at once, what workers tell is gathered: a file waits until its node is known to have
// asked, and is forgotten when nobody did. In milliseconds.
const wait = 1200
const patience = 10_000
const mostWaiting = 10_000
const mostAddresses = 20_000

export class Fetchers {
  readonly #addresses = new Map<string, Id>()
  #waiting: { readonly fetched: Fetched; readonly since: number }[] = []
  #complete = false

  /** Learns addresses from what nodes asked. */
  learn(events: readonly BootEvent[]): void {
    for (const { node, asker } of events) {
      if (!asker) continue
      this.#addresses.delete(asker.address)
      this.#addresses.set(asker.address, node)
    }
    for (const address of this.#addresses.keys()) {
      if (this.#addresses.size <= mostAddresses) break
      this.#addresses.delete(address)
    }
  }

  add(fetched: Fetched, now: number): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push({ fetched, since: now })
  }

  /** What can be said by now. After a start, nodes that asked before are looked up once. */
  async due(store: () => Promise<Store>, now: number): Promise<BootEvent[]> {
    const due = this.#waiting.filter(({ since }) => now - since >= wait)
    if (due.some(({ fetched }) => !this.#addresses.has(fetched.address))) await this.#lookUp(store)
    const known = due.filter(({ fetched }) => this.#addresses.has(fetched.address))
    const done = new Set([...known, ...due.filter(({ since }) => now - since >= patience)])
    this.#waiting = this.#waiting.filter((one) => !done.has(one))
    return known.flatMap(({ fetched: { address, ...step } }) => {
      const node = this.#addresses.get(address)
      return node ? [{ node, ...step }] : []
    })
  }

  async #lookUp(store: () => Promise<Store>): Promise<void> {
    if (this.#complete) return
    const boots = [...(await (await store()).lastBoots())].sort(([, a], [, b]) => a.began - b.began)
    this.#complete = true
    for (const [node, { asker }] of boots)
      if (asker && !this.#addresses.has(asker.address)) this.#addresses.set(asker.address, node)
  }
}
