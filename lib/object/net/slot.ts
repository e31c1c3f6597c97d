// Where the addresses of a node belong: a group's interfaces make slots, a node's addresses sit in them. What
// happens to the addresses of a node that moves to another group is decided here.

import type { Id, NodeInterface } from '../field.ts'
import { type Group, sortedInterfaces } from '../group.ts'
import type { Node } from '../node.ts'
import type { Version } from './address.ts'

/** A place for one address: an interface of a group and an IP version that has a network there. */
export interface Slot {
  readonly key: string
  /** Name of the interface. */
  readonly name: string
  readonly version: Version
  readonly network: Id
}

/** An address of a node, relative to the network of its slot. */
export interface Assignment extends Slot {
  readonly offset: bigint
}

const versions = [4, 6] as const

/**
 * All slots of a group in the order in which addresses are given out: interfaces by name, IPv4 before IPv6.
 */
export function slotsOf(group: Pick<Group, 'interfaces'>): Slot[] {
  return sortedInterfaces(group).flatMap(({ key, name, network }) =>
    versions.flatMap((version) => {
      const id = network[version]
      return id === null ? [] : [{ key, name, version, network: id }]
    }),
  )
}

/** The addresses that a node of the group has; those on interfaces without a network are no addresses. */
export function heldBy(node: Pick<Node, 'interfaces'>, group: Pick<Group, 'interfaces'>): Assignment[] {
  return slotsOf(group).flatMap((slot) => {
    const offset = node.interfaces[slot.key]?.[slot.version] ?? null
    return offset === null ? [] : [{ ...slot, offset }]
  })
}

/**
 * The addresses that a node keeps when it moves to the given slots. An interface of the same name in the same
 * network keeps its address; then what is left goes to any other slot in its network. Slots that are not in
 * the result get new ones.
 */
export function keepAddresses(held: readonly Assignment[], slots: readonly Slot[]): Assignment[] {
  const kept = new Map<Slot, bigint>()
  const left = held.filter((old) => !place(old, (slot) => slot.name === old.name))
  for (const old of left) place(old, () => true)
  return [...kept].map(([slot, offset]) => ({ ...slot, offset }))

  function place(old: Assignment, fits: (slot: Slot) => boolean): boolean {
    const slot = slots.find((one) => one.network === old.network && fits(one) && !kept.has(one))
    if (slot) kept.set(slot, old.offset)
    return slot !== undefined
  }
}

/** The `interfaces` of a node that has exactly these addresses. */
export function interfacesWith(held: readonly Assignment[]): Record<string, NodeInterface> {
  const interfaces: Record<string, NodeInterface> = {}
  for (const { key, version, offset } of held) {
    interfaces[key] = { ...noAddress, ...interfaces[key], [version]: offset }
  }
  return interfaces
}

/** Whether the nodes of the group have addresses by number there. */
export function hasNumbers(
  { numbers }: Pick<Group, 'numbers'>,
  { key, version }: Pick<Slot, 'key' | 'version'>,
) {
  return (numbers[key]?.[version] ?? null) !== null
}

/** The address by number that a node of that name is to have there; undefined where it has none. */
export function numberedOffset(
  { numbers }: Pick<Group, 'numbers'>,
  { key, version }: Pick<Slot, 'key' | 'version'>,
  node: string,
): bigint | undefined {
  const base = numbers[key]?.[version] ?? null
  const [number] = /\d{1,15}$/.exec(node) ?? []
  return base === null || number === undefined ? undefined : base + BigInt(number)
}

/** An interface of a node that has no address. */
export const noAddress: NodeInterface = { 4: null, 6: null }
