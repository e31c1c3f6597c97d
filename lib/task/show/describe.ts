// Objects in human values, for tables and --json: names instead of ids, addresses instead of offsets.

import { isArmed } from '../../object/boot-access.ts'
import type { Cluster } from '../../object/cluster.ts'
import type { FieldTable, Id, Kind } from '../../object/field.ts'
import { type Group, sortedInterfaces } from '../../object/group.ts'
import { addressAt, addressIn, type Network, netmaskOf, prefixText } from '../../object/network.ts'
import type { Node } from '../../object/node.ts'
import { fieldsOf, type Objects } from '../../object/objects.ts'
import type { Otherdev } from '../../object/otherdev.ts'
import type { Switch } from '../../object/switch.ts'
import type { Store } from '../../store/store.ts'
import { type Find, finder, groupOf, networksOf } from '../find.ts'
import { secondsSince } from './age.ts'
import type { Fact, Facts } from './facts.ts'
import { progressOf } from './progress.ts'
import { statusFacts } from './status.ts'

/** Everything about one object, as `show` shows it; `now` dates the status of a node. */
export async function describe<K extends Kind>(
  store: Store,
  kind: K,
  object: Objects[K],
  now: Date,
  find: Find = finder(store),
): Promise<Facts> {
  const facts: Record<string, Fact> = {}
  const table: FieldTable = fieldsOf[kind]
  for (const [name, row] of Object.entries(table)) {
    const value: unknown = (object as Readonly<Record<string, unknown>>)[name]
    if (row.kind === 'ref' || row.kind === 'hexid') {
      facts[name] = await nameOf(find, row.to ?? 'network', value as Id | null)
    } else if (isPlain(value) && !(row.later && value === null)) facts[name] = value
  }
  return { ...facts, ...(await special[kind](object, { store, find, now })) }
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** Name of the object with that id, as a person would look for it when it is gone. */
async function nameOf(find: Find, kind: Kind, id: Id | null): Promise<string | null> {
  if (id === null) return null
  return (await find(kind, id))?.name ?? `missing ${kind} ${id}`
}

interface DescribeContext {
  readonly store: Store
  readonly find: Find
  readonly now: Date
}

/** The fields that need more than their value, per kind. */
const special: {
  readonly [K in Kind]: (object: Objects[K], context: DescribeContext) => Facts | Promise<Facts>
} = {
  cluster: describeCluster,
  osimage: () => ({}),
  bmcsetup: () => ({}),
  network: describeNetwork,
  group: async (group, { find }) => ({ interfaces: await groupInterfaces(group, find) }),
  node: describeNode,
  switch: describeSwitch,
  otherdev: async (device, { find }) => ({ connected: await connections(device, find) }),
}

async function describeCluster(cluster: Cluster, { find }: DescribeContext): Promise<Facts> {
  const network = cluster.dhcp_net === null ? undefined : await find('network', cluster.dhcp_net)
  return {
    dhcp_range_start: address(network, cluster.dhcp_range_start),
    dhcp_range_end: address(network, cluster.dhcp_range_end),
  }
}

function describeNetwork(network: Network): Facts {
  return { NETWORK: addressAt(network, 0n), ns_ip: address(network, network.ns_ip) }
}

async function describeSwitch(object: Switch, { find }: DescribeContext): Promise<Facts> {
  const network = object.network === null ? undefined : await find('network', object.network)
  return { ip: address(network, object.ip) }
}

/** The text of a relative address; one that lies outside its network is shown as what it is. */
export function address(network: Network | undefined, offset: bigint | null): string | null {
  if (offset === null) return null
  if (!network) return `+${offset}`
  return addressIn(network, offset) ?? `${prefixText(network)}+${offset}`
}

/**
 * Networks of every interface of a group, by interface name: `{eth0: {ipv4: {name, network, prefix, netmask},
 * ipv6: null, params}}`; with `number` where nodes have addresses by number.
 */
export async function groupInterfaces(group: Group, find: Find): Promise<Facts> {
  const facts: Record<string, Fact> = {}
  for (const { key, name, network, params } of sortedInterfaces(group)) {
    const [ipv4, ipv6] = [await networkFacts(find, network[4]), await networkFacts(find, network[6])]
    const bases = ([4, 6] as const).map(async (version) => {
      const [id, base] = [network[version], group.numbers[key]?.[version] ?? null]
      return id === null || base === null ? [] : [address(await find('network', id), base)]
    })
    const number = (await Promise.all(bases)).flat().join(' ')
    facts[name] = { ipv4, ipv6, params, ...(number !== '' && { number }) }
  }
  return facts
}

async function networkFacts(find: Find, id: Id | null): Promise<Facts | null> {
  if (id === null) return null
  const network = await find('network', id)
  if (!network) return { name: `missing network ${id}`, network: '', prefix: 0, netmask: '' }
  const { name, PREFIX: prefix } = network
  return { name, network: addressAt(network, 0n), prefix, netmask: netmaskOf(network) }
}

async function describeNode(node: Node, context: DescribeContext): Promise<Facts> {
  const { store, find, now } = context
  const group = await groupOf(find, node)
  const [networks, mac = null, also] = await Promise.all([
    group ? networksOf(find, group) : new Map(),
    store.macOf(node.id),
    store.alsoOf(node.id),
  ])
  const interfaces = interfaceFacts(node, group, networks)
  const facts = { mac, ...(also.length > 0 && { also }), ...armedFacts(node, now), interfaces }
  if (!node.status) return facts
  const progress = await progressOf(context, node, group, interfaces)
  const age = secondsSince(node.status.time, now)
  const image = group?.osimage ? await find('osimage', group.osimage) : undefined
  return {
    ...facts,
    status: { ...statusFacts(node.status, node, image), age, ...(progress && { progress }) },
  }
}

/** That the node is armed now, where it is: until when, and whether for every boot. */
export function armedFacts({ armed }: Pick<Node, 'armed'>, now: Date): Facts {
  if (!isArmed(armed, now)) return {}
  const { until, continuous } = armed
  return { armed: { until: until?.toISOString() ?? null, continuous } }
}

/** Addresses of every interface of a node, by interface name: `{eth0: {ipv4: '10.30.0.1', ipv6: null}}`. */
export function interfaceFacts(
  node: Node,
  group: Group | undefined,
  networks: ReadonlyMap<Id, Network>,
): Facts {
  const facts: Record<string, Fact> = {}
  for (const { key, name, network } of group ? sortedInterfaces(group) : []) {
    const own = node.interfaces[key] ?? { 4: null, 6: null }
    const of = (id: Id | null, offset: bigint | null) =>
      address(id === null ? undefined : networks.get(id), offset)
    facts[name] = { ipv4: of(network[4], own[4]), ipv6: of(network[6], own[6]) }
  }
  return facts
}

/** Addresses of another device by network name, sorted by it. */
async function connections(device: Otherdev, find: Find): Promise<Facts> {
  const facts: [string, string | null][] = []
  for (const [id, offset] of Object.entries(device.connected) as [Id, bigint][]) {
    const network = await find('network', id)
    facts.push([network?.name ?? `missing network ${id}`, address(network, offset)])
  }
  return Object.fromEntries(facts.sort(([a], [b]) => (a < b ? -1 : 1)))
}
