// All nodes as the page shows them: small, since there may be ten thousand, and for who has them already only
// those that have changed.
import { randomUUID } from 'node:crypto'
import type { SteadyState } from '../record/states.ts'

/** A node; what it has not is left out. Times are in ISO 8601, rates in bytes per second. */
export type PageNode = { readonly name: string } & {
  readonly [F in Exclude<keyof SteadyState & string, 'name'>]?: NonNullable<SteadyState[F]>
}

/** What the page gets: all nodes, or those that changed since it asked. */
export type PageNodes =
  /** Groups together, in the order of their names; nodes without a group come last. */
  { readonly nodes: readonly PageNode[] } | { readonly changed: readonly PageNode[] }

/** The text of PageNodes, and the tag that it is asked by the next time. */
export interface PageAnswer {
  readonly tag: string
  readonly body: string
}

// Who watches asks for the same few.
const mostBodies = 8

interface Shown {
  readonly state: SteadyState
  readonly text: string
  /** The number of the change that it came with. */
  readonly at: number
}

/** The nodes as they were shown last. Changes are counted, and each node knows the last of its own. */
export class ShownNodes {
  readonly #own = randomUUID()
  #shown: readonly Shown[] = []
  #number = 0
  // Of a change of who is there, or in which order: then only all of them will do.
  #whole = 0
  // Damaged data may have two nodes of one name, which a change could not tell apart.
  #unique = true
  #bodies = new Map<number, string>()

  /** Takes the states that there are now; those that are the same objects as before have not changed. */
  show(states: readonly SteadyState[]): void {
    const former = this.#shown
    const next = this.#number + 1
    const sameNames =
      this.#unique &&
      states.length === former.length &&
      states.every(({ name }, at) => name === former[at]?.state.name)
    const shown = states.map((state, at) => shownOf(state, sameNames ? former[at] : undefined, next))
    this.#shown = shown
    if (sameNames && !shown.some(({ at }) => at === next)) return
    this.#number = next
    if (!sameNames) {
      this.#whole = next
      this.#unique = new Set(states.map(({ name }) => name)).size === states.length
    }
    this.#bodies = new Map()
  }

  /** What changed since the answer with that tag; all, for who has none, or one of another time. */
  since(tag: string | undefined): PageAnswer {
    const number = this.#numberOf(tag)
    const body = this.#bodies.get(number) ?? this.#bodyAfter(number)
    if (this.#bodies.size < mostBodies) this.#bodies.set(number, body)
    return { tag: `${this.#own}.${this.#number}`, body }
  }

  /** The change that a tag is of; 0 where what came after it is not enough. */
  #numberOf(tag: string | undefined): number {
    const [, own, digits] = /^([\da-f-]{36})\.(\d{1,15})$/.exec(tag ?? '') ?? []
    const number = Number(digits)
    return own === this.#own && number >= this.#whole && number <= this.#number ? number : 0
  }

  #bodyAfter(number: number): string {
    const texts = this.#shown.flatMap(({ at, text }) => (at > number ? text : []))
    const all = number === 0 || 2 * texts.length > this.#shown.length
    const list = all ? this.#shown.map(({ text }) => text) : texts
    return `{"${all ? 'nodes' : 'changed'}":[${list.join(',')}]}`
  }
}

function shownOf(state: SteadyState, former: Shown | undefined, next: number): Shown {
  if (former?.state === state) return former
  const text = JSON.stringify(withoutNothing(state))
  return { state, text, at: former?.text === text ? former.at : next }
}

/** Without the fields that have no value, or are false. */
function withoutNothing(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== false))
}
