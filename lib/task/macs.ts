// MAC addresses of nodes, the first one and those of further boot cards: who has which, and giving them.
// Whoever had one that is given loses it.
import { LunaError } from '../error.ts'
import type { Id } from '../object/field.ts'
import { type Mac, macObjection, parseMac, readMac } from '../object/net/mac.ts'
import type { Node } from '../object/node.ts'
import type { Store } from '../store/store.ts'
import type { Notes } from './outcome.ts'

/** Every MAC address and the node that has it: first those that the first Luna knows. */
export async function macOwners(store: Pick<Store, 'macs' | 'also'>): Promise<Map<Mac, Id>> {
  const owners = new Map<Mac, Id>()
  for (const [id, mac] of await store.macs()) owners.set(mac, id)
  for (const [id, macs] of await store.also())
    for (const mac of macs) if (!owners.has(mac)) owners.set(mac, id)
  return owners
}

/** Where warnings go, and the names of all who are given the same: `tellShared` tells of them. */
export interface Giving {
  readonly notes: Notes
  readonly names: readonly string[]
}

/** Gives a MAC address to the node, whoever had it; '' takes all of them off it. */
export async function giveMac(store: Store, node: Node, text: string, giving: Giving): Promise<void> {
  if (text === '') return await store.clearMac(node.id)
  const mac = checkedMac(text)
  await warnOfLoss(store, node, mac, giving)
  await store.setMac(node.id, mac)
}

/** Gives these further addresses to the node, and no others. Throws LunaError `invalid`. */
export async function giveAlso(
  store: Store,
  node: Node,
  texts: readonly string[],
  giving: Giving,
): Promise<void> {
  const macs = [...new Set(texts.filter((text) => text !== '').map(checkedMac))]
  const first = await store.macOf(node.id)
  if (first && macs.includes(first))
    throw new LunaError('invalid', `${first} is the first MAC address of ${node.name} already`, {
      fix: `give others with --also, or another one with --mac`,
    })
  for (const mac of macs) await warnOfLoss(store, node, mac, giving)
  await store.setAlso(node.id, macs)
}

/** Warns of addresses that several nodes were given: each took them from the one before. */
export async function tellShared(
  store: Store,
  texts: readonly (string | undefined)[],
  { notes, names }: Giving,
): Promise<void> {
  if (names.length < 2) return
  for (const mac of new Set(texts.flatMap((text) => parseMac(text ?? '') ?? []))) {
    const owner = await store.findMac(mac)
    const node = owner && (await store.find('node', owner))
    if (node && names.includes(node.name))
      notes.warnings.push(
        `${mac} went from one to the next of ${names.length} nodes, and ${node.name} has it: it is that of one (luna node import FILE gives each its own)`,
      )
  }
}

async function warnOfLoss(store: Store, node: Node, mac: Mac, { notes, names }: Giving): Promise<void> {
  const owner = await store.findMac(mac)
  if (owner === undefined || owner === node.id) return
  const name = (await store.find('node', owner))?.name ?? 'a node that is gone'
  if (!names.includes(name))
    notes.warnings.push(`${mac} was the MAC address of ${name}: it is ${node.name}'s now`)
}

function checkedMac(text: string): Mac {
  const mac = parseMac(text)
  if (!mac)
    throw new LunaError('invalid', `${JSON.stringify(text)} is not a MAC address`, {
      fix: `write it like ${readMac(text) ?? '52:54:00:00:00:01'}`,
    })
  const why = macObjection(mac)
  if (why === undefined) return mac
  throw new LunaError('invalid', `no machine has the MAC address ${mac}`, {
    why,
    fix: 'give that of the interface that it boots from',
  })
}
