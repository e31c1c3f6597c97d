// A small site made by the tasks themselves, and short ways to ask about it.
import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import type { Kind } from '../../lib/object/field.ts'
import { fromOffset } from '../../lib/object/net/address.ts'
import { heldBy } from '../../lib/object/net/slot.ts'
import { prefixOf } from '../../lib/object/network.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { addGroup } from '../../lib/task/change/group.ts'
import { addNetwork } from '../../lib/task/change/network.ts'
import { insertLinked } from '../../lib/task/change/reference-counts.ts'
import { checkCluster } from '../../lib/task/database/check.ts'
import { getCluster } from '../../lib/task/inventory.ts'
import type { Outcome } from '../../lib/task/outcome.ts'

/**
 * Networks cluster, ipmi (/16), tiny (five free addresses), six; image os, BMC setup base; group compute with
 * BOOTIF and BMC.
 */
export async function smallSite(): Promise<Store> {
  const store = openMemoryStore()
  await fillSite(store)
  return store
}

/** The same in an empty store of any kind. */
export async function fillSite(store: Store): Promise<void> {
  await store.insert('cluster', { name: 'general' })
  for (const [name, address, prefix] of networks)
    await addNetwork(store, { name, address, prefix, nsHostname: 'master01' })
  await store.transaction(async (tx) => {
    const { id } = await getCluster(tx)
    await insertLinked(tx, id, 'osimage', { name: 'os' })
    await insertLinked(tx, id, 'bmcsetup', { name: 'base' })
  })
  await addGroup(store, { name: 'compute', osimage: 'os', network: 'cluster', bmcnetwork: 'ipmi' })
}

const networks = [
  ['cluster', '10.30.0.0', 16],
  ['ipmi', '10.31.0.0', 16],
  ['tiny', '172.16.1.0', 29],
  ['six', 'fd00:30::', 64],
] as const

/** Addresses of a node by interface: `{ BMC: '10.31.0.1', BOOTIF: '10.30.0.1 fd00:30::1' }`. */
export async function addressesOf(store: Store, name: string): Promise<Record<string, string>> {
  const node = await store.getNamed('node', name)
  assert(node.group)
  const addresses: Record<string, string> = {}
  for (const held of heldBy(node, await store.get('group', node.group))) {
    const address = fromOffset(prefixOf(await store.get('network', held.network)), held.offset)
    addresses[held.name] = [addresses[held.name], address].filter(Boolean).join(' ')
  }
  return addresses
}

/** Free ranges of a network as text: `1-5,7-9`. */
export async function freeIn(store: Store, name: string): Promise<string> {
  const { freelist } = await store.getNamed('network', name)
  return freelist.map(({ start, end }) => `${start}-${end}`).join(',')
}

/** What an object uses, as counted: `{ 'network cluster': 2 }`. */
export async function linksOf(store: Store, kind: Kind, name: string): Promise<Record<string, number>> {
  const links: Record<string, number> = {}
  for (const { count, ...used } of await store.uses({ kind, id: (await store.getNamed(kind, name)).id }))
    links[`${used.kind} ${(await store.get(used.kind, used.id)).name}`] = count
  return links
}

/** Fails unless the work is refused with that code, and leaves the whole database as it was. */
export async function refuses(store: Store, code: string, work: Promise<unknown>): Promise<LunaError> {
  const ended = work.then(
    () => 'it was not refused',
    (thrown: unknown) => thrown,
  )
  const before = JSON.stringify(await store.dump())
  const error = await ended
  assert(error instanceof LunaError, String(error))
  assert.equal(error.code, code, error.message)
  assert.equal(JSON.stringify(await store.dump()), before)
  return error
}

/** The codes of what could not be done. */
export function codes(outcome: Outcome): string[] {
  return outcome.failures.map(({ code }) => code)
}

/** Fails when counters, free lists or references are not as they should be. */
export async function assertSound(store: Store): Promise<void> {
  const findings = await checkCluster(store, { repair: false })
  assert.deepEqual(
    findings.filter(({ harmless }) => !harmless).map(({ line }) => line),
    [],
  )
}
