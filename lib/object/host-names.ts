// The host names of a network: who has which address in it, and what that is called in its DNS zone.
import type { Id } from './field.ts'
import { type Group, sortedInterfaces } from './group.ts'
import type { Inventory } from './net/address-use.ts'
import { heldBy } from './net/slot.ts'
import type { Network } from './network.ts'

export interface HostName {
  readonly name: string
  /** Relative to the network. */
  readonly offset: bigint
  /** The node, where it is the name of one of several interfaces. */
  readonly node?: Id
}

/**
 * All names in a network: its name server, then nodes, switches and other devices by name. A node with two or
 * more interfaces in the network has a name for each: `node001-bootif`. Duplicates are for the caller to
 * judge.
 */
export function hostNames(network: Network, all: Inventory): HostName[] {
  return [
    ...one(network.ns_hostname ?? '', network.ns_ip),
    ...nodeNames(network.id, all),
    ...all.switch.flatMap((each) => (each.network === network.id ? one(each.name, each.ip) : [])),
    ...all.otherdev.flatMap((each) => one(each.name, each.connected[network.id] ?? null)),
  ]
}

function one(name: string, offset: bigint | null): HostName[] {
  return name === '' || offset === null ? [] : [{ name, offset }]
}

function nodeNames(network: Id, { group, node }: Pick<Inventory, 'group' | 'node'>): HostName[] {
  const groups = new Map(group.map((each) => [each.id, { each, suffixes: suffixesOf(each, network) }]))
  return node.flatMap((member) => {
    const own = member.group === null ? undefined : groups.get(member.group)
    if (!own) return []
    const held = heldBy(member, own.each).filter((slot) => slot.network === network)
    return held.map(({ key, offset }) => {
      const suffix = own.suffixes.get(key)
      return suffix === undefined
        ? { name: member.name, offset }
        : { name: member.name + suffix, offset, node: member.id }
    })
  })
}

/**
 * What is put behind the names of nodes, by key of the interface: nothing where the group has one interface
 * in the network.
 */
function suffixesOf(group: Group, network: Id): Map<string, string> {
  const there = sortedInterfaces(group).filter((one) => Object.values(one.network).includes(network))
  if (there.length < 2) return new Map()
  // DNS does not tell upper from lower case; the names are lower-cased unless that is all they differ in.
  const lower = new Set(there.map(({ name }) => name.toLowerCase()))
  const asWritten = lower.size < there.length
  return new Map(there.map(({ key, name }) => [key, `-${asWritten ? name : name.toLowerCase()}`]))
}
