// A store as the commands would have filled it: one boot network, a BMC network, two groups, a few nodes.

import type { Id } from '../../lib/object/field.ts'
import { lastHost, makePrefix, parseIp, toOffset } from '../../lib/object/net/address.ts'
import { fullRange, reserve } from '../../lib/object/net/freelist.ts'
import { parseMac } from '../../lib/object/net/mac.ts'
import { prefixOf } from '../../lib/object/network.ts'
import type { New } from '../../lib/object/objects.ts'
import type { Store } from '../../lib/store/store.ts'
import { insertLinked } from '../../lib/task/change/reference-counts.ts'

export async function addCluster(store: Store, fields: Partial<New<'cluster'>> = {}): Promise<Id> {
  return await store.insert('cluster', { name: 'general', frontend_address: '10.30.255.254', ...fields })
}

export async function addNetwork(
  store: Store,
  name: string,
  cidr: string,
  fields: Partial<New<'network'>> = {},
): Promise<Id> {
  const [address = '', length] = cidr.split('/')
  const ip = parseIp(address)
  const prefix = ip && makePrefix(ip, Number(length))
  if (!prefix) throw new Error(`not a network: ${cidr}`)
  const ns_ip = lastHost(prefix)
  return await insertLinked(store, await clusterId(store), 'network', {
    name,
    version: prefix.version,
    NETWORK: prefix.base,
    PREFIX: prefix.length,
    freelist: reserve(fullRange(prefix), ns_ip) ?? [],
    ns_hostname: 'master01',
    ns_ip,
    ...fields,
  })
}

/** A group whose interfaces have these networks: `{BOOTIF: {4: id}}`. */
export async function addGroup(
  store: Store,
  name: string,
  interfaces: Record<string, { 4?: Id; 6?: Id }>,
  domain: Id | null = null,
): Promise<Id> {
  const osimage = (await store.findNamed('osimage', 'compute'))?.id
  const image = osimage ?? (await store.insert('osimage', { name: 'compute', path: '/opt/luna/os/compute' }))
  const own = Object.entries(interfaces).map(([name, network], at) => [
    keyOf(at),
    { name, network: { 4: network[4] ?? null, 6: network[6] ?? null }, params: '' },
  ])
  const object = { name, osimage: image, domain, interfaces: Object.fromEntries(own) }
  return await insertLinked(store, await clusterId(store), 'group', object)
}

/** A node with an address per interface of its group, reserved in the network: `{BOOTIF: '10.30.0.1'}`. */
export async function addNode(
  store: Store,
  name: string,
  group: Id,
  addresses: Record<string, string | readonly string[]>,
  mac?: string,
): Promise<Id> {
  const interfaces: Record<string, { 4: bigint | null; 6: bigint | null }> = {}
  const of = (await store.get('group', group)).interfaces
  for (const [key, iface] of Object.entries(of)) {
    const own: { 4: bigint | null; 6: bigint | null } = { 4: null, 6: null }
    for (const text of [addresses[iface.name] ?? []].flat()) {
      const version = text.includes(':') ? 6 : 4
      own[version] = await take(store, iface.network[version], text)
    }
    interfaces[key] = own
  }
  const id = await insertLinked(store, await clusterId(store), 'node', { name, group, interfaces })
  const parsed = mac && parseMac(mac)
  if (parsed) await store.setMac(id, parsed)
  return id
}

/** The offset of an address, taken from the free list where it is free. */
export async function take(store: Store, network: Id | null, text: string): Promise<bigint> {
  if (!network) throw new Error('no network')
  const found = await store.get('network', network)
  const ip = parseIp(text)
  const offset = ip && toOffset(prefixOf(found), ip)
  if (offset === undefined) throw new Error(`${text} is not in ${found.name}`)
  const freelist = reserve(found.freelist, offset)
  if (freelist) await store.update('network', network, { freelist })
  return offset
}

/** The usual one. */
export async function fillBoot(store: Store) {
  await addCluster(store)
  const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
  const ipmi = await addNetwork(store, 'ipmi', '10.31.0.0/16')
  const compute = await addGroup(store, 'compute', { BOOTIF: { 4: cluster }, BMC: { 4: ipmi } }, cluster)
  const node001 = await addNode(
    store,
    'node001',
    compute,
    { BOOTIF: '10.30.0.1', BMC: '10.31.0.1' },
    '52:54:00:00:00:01',
  )
  const node002 = await addNode(store, 'node002', compute, { BOOTIF: '10.30.0.2', BMC: '10.31.0.2' })
  return { cluster, ipmi, compute, node001, node002 }
}

async function clusterId(store: Store): Promise<Id> {
  const [cluster] = await store.list('cluster')
  if (!cluster) throw new Error('no cluster')
  return cluster.id
}

function keyOf(at: number): string {
  return String(at).padStart(32, '0')
}
