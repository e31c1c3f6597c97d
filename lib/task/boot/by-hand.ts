// What somebody at the menu of a machine may make of it: an address that was learned of over the network
// never moves to another node.
import { LunaError } from '../../error.ts'
import { isArmed } from '../../object/boot-access.ts'
import type { Id } from '../../object/field.ts'
import { isSameCard, type Mac } from '../../object/net/mac.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import { type Asker, standingOf } from './access.ts'

/**
 * Refuses, with LunaError `forbidden`, to give the node the address: `owner` is who has that address now,
 * `former` the address that the node has.
 */
export type HandRule = (owner: Id | undefined, former: Mac | undefined) => void

/** The rule for who chose a node by hand; undefined where everything may be chosen. */
export async function handRule(
  store: Store,
  { node, mac }: { readonly node: Node; readonly mac: Mac },
  asker: Asker,
  now: Date,
): Promise<HandRule | undefined> {
  if ((await standingOf(store, node, asker)).trusted) return undefined
  const place = await asker.place()
  const other = place.kind === 'link' && !place.macs.every((link) => isSameCard(mac, link))
  return (owner, former) => {
    const refusal = (why: string) =>
      new LunaError('forbidden', `${mac} does not become ${node.name} over the network`, {
        why,
        fix: `luna node change ${node.name} --mac ${mac}`,
      })
    if (owner === node.id) return
    if (owner !== undefined) throw refusal('another node has that MAC address')
    if (former !== undefined && !isArmed(node.armed, now))
      throw refusal(`${node.name} has another MAC address`)
    if (other) throw refusal(`${asker.address} asks from another MAC address`)
  }
}
