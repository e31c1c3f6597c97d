// Addresses by number: node N of a group has the base of its interface and N, where that is free.
import type { Group } from '../object/group.ts'
import { compressHostlist } from '../object/hostlist.ts'
import { hasNumbers, numberedOffset, type Slot } from '../object/net/slot.ts'
import type { Pool } from './change/pool.ts'

/** Takes addresses for nodes, and remembers which of them could not have that of their number. */
export class Numbered {
  readonly #others = new Map<string, Set<string>>()

  /**
   * The address of the node's number, or the lowest free one; undefined when there is none. The pool knows
   * the network.
   */
  take(pool: Pool, group: Group, slot: Slot, node: string): bigint | undefined {
    if (!hasNumbers(group, slot)) return pool.take(slot.network)
    const wished = numberedOffset(group, slot, node)
    if (wished !== undefined && pool.reserve(slot.network, wished)) return wished
    const why =
      wished === undefined
        ? 'no number ends the name'
        : 'that of the number is taken, or outside of the network'
    const reason = `the lowest free address on ${slot.name}: ${why}`
    const names = this.#others.get(reason) ?? new Set()
    this.#others.set(reason, names.add(node))
    return pool.take(slot.network)
  }

  /** A line for each reason. */
  warnings(): string[] {
    return [...this.#others].map(([reason, names]) => {
      return `${compressHostlist([...names])} ${names.size === 1 ? 'has' : 'have'} ${reason}`
    })
  }
}
