// An object as a document of the inventory: names instead of ids, addresses instead of offsets, and nothing
// that Luna keeps by itself.
import type { Cluster } from '../cluster.ts'
import type { Id, Kind } from '../field.ts'
import { type Group, sortedInterfaces } from '../group.ts'
import { formatIp } from '../net/address.ts'
import { addressIn, type Network, prefixOf } from '../network.ts'
import type { Node } from '../node.ts'
import type { Objects } from '../objects.ts'
import type { Otherdev } from '../otherdev.ts'
import { givenFields } from './fields.ts'

export type DocumentValue = string | number | boolean | null | readonly string[] | InventoryDocument
export interface InventoryDocument {
  readonly [field: string]: DocumentValue
}

/** Finds what an object refers to; undefined for what is gone (damaged data). */
export type Lookup = <K extends Kind>(kind: K, id: Id) => Objects[K] | undefined

/** The document of an object; that of a node says the MAC addresses which its object holds. */
export function documentOf<K extends Kind>(
  kind: K,
  object: Objects[K],
  find: Lookup,
  { secrets }: { readonly secrets: boolean },
): InventoryDocument {
  const values: Readonly<Record<string, unknown>> = { ...object }
  const document: Record<string, DocumentValue> = {}
  for (const [name, field] of givenFields(kind)) {
    if (field.secret && !secrets) continue
    // "Not set" is null or '' in a database, and here what it is in the table of fields.
    const set = values[name] !== null && values[name] !== ''
    if (field.later && !set) continue
    const value = set || field.kind === 'ref' ? values[name] : field.absent
    if (field.kind === 'ref') document[name] = nameOf(find, field.to ?? 'network', value as Id | null)
    else if (isPlain(value)) document[name] = value
    const made = special[kind]?.[name]?.(object, find)
    if (made !== undefined) document[name] = made
    // Kept beside the node, as its MAC address.
    if (kind === 'node' && name === 'mac' && Array.isArray(values.also) && values.also.length > 0)
      document.also = values.also
  }
  return document
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function nameOf(find: Lookup, kind: Kind, id: Id | null): string | null {
  return id === null ? null : (find(kind, id)?.name ?? null)
}

type Special<K extends Kind> = {
  readonly [field: string]: (object: Objects[K], find: Lookup) => DocumentValue
}

/** The fields that need more than their value, per kind. */
const special: { readonly [K in Kind]?: Special<K> } = {
  cluster: {
    dhcp_net: ({ dhcp_net }, find) => nameOf(find, 'network', dhcp_net),
    dhcp_range_start: (cluster, find) => rangeEnd(cluster, 'dhcp_range_start', find),
    dhcp_range_end: (cluster, find) => rangeEnd(cluster, 'dhcp_range_end', find),
  },
  network: {
    NETWORK: (network) => formatIp(prefixOf(network).version, prefixOf(network).base),
    ns_ip: (network) => addressAt(network, network.ns_ip),
  },
  switch: {
    ip: ({ network, ip }, find) => addressAt(network === null ? undefined : find('network', network), ip),
  },
  otherdev: { connected: connections },
  group: { interfaces: groupInterfaces },
  node: { interfaces: nodeInterfaces },
}

function rangeEnd(cluster: Cluster, end: 'dhcp_range_start' | 'dhcp_range_end', find: Lookup): string | null {
  const { dhcp_net: network } = cluster
  return addressAt(network === null ? undefined : find('network', network), cluster[end])
}

function addressAt(network: Network | undefined, offset: bigint | null): string | null {
  return network && offset !== null ? (addressIn(network, offset) ?? null) : null
}

function connections({ connected }: Otherdev, find: Lookup): InventoryDocument {
  const pairs = Object.entries(connected).flatMap(([id, offset]): [string, string | null][] => {
    const network = find('network', id as Id)
    return network ? [[network.name, addressAt(network, offset)]] : []
  })
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function groupInterfaces(group: Group, find: Lookup): InventoryDocument {
  const pairs = sortedInterfaces(group).map(({ key, name, network, params }): [string, InventoryDocument] => {
    const networks = { ipv4: nameOf(find, 'network', network[4]), ipv6: nameOf(find, 'network', network[6]) }
    const bases = ([4, 6] as const).map((version) => {
      const id = network[version]
      return addressAt(id === null ? undefined : find('network', id), group.numbers[key]?.[version] ?? null)
    })
    const number = bases.filter((base) => base !== null).join(' ')
    return [name, { ...networks, params, ...(number !== '' && { number }) }]
  })
  return Object.fromEntries(pairs)
}

function nodeInterfaces(node: Node, find: Lookup): InventoryDocument {
  const group = node.group === null ? undefined : find('group', node.group)
  const pairs = (group ? sortedInterfaces(group) : []).map(({ key, name, network }) => {
    const own = node.interfaces[key] ?? { 4: null, 6: null }
    const at = (id: Id | null, offset: bigint | null) =>
      addressAt(id === null ? undefined : find('network', id), offset)
    return [name, { ipv4: at(network[4], own[4]), ipv6: at(network[6], own[6]) }]
  })
  return Object.fromEntries(pairs)
}
