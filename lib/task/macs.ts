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

/** Gives a MAC address to the node, whoever had it; '' takes all of them off it. */
export async function giveMac(store: Store, node: Node, text: string, notes: Notes): Promise<void> {
  if (text === '') return await store.clearMac(node.id)
  const mac = checkedMac(text)
  await warnOfLoss(store, node, mac, notes)
  await store.setMac(node.id, mac)
}

/** Gives these further addresses to the node, and no others. Throws LunaError `invalid`. */
export async function giveAlso(
  store: Store,
  node: Node,
  texts: readonly string[],
  notes: Notes,
): Promise<void> {
  const macs = [...new Set(texts.filter((text) => text !== '').map(checkedMac))]
  const first = await store.macOf(node.id)
  if (first && macs.includes(first))
    throw new LunaError('invalid', `${first} is the first MAC address of ${node.name} already`, {
      fix: `give others with --also, or another one with --mac`,
    })
  for (const mac of macs) await warnOfLoss(store, node, mac, notes)
  await store.setAlso(node.id, macs)
}

async function warnOfLoss(store: Store, node: Node, mac: Mac, notes: Notes): Promise<void> {
  const owner = await store.findMac(mac)
  if (owner === undefined || owner === node.id) return
  const name = (await store.find('node', owner))?.name ?? 'a node that is gone'
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
