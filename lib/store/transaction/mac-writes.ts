// The writing methods of MAC addresses: one that a node gets is nobody else's.
import { ObjectId } from 'bson'
import type { Id } from '../../object/field.ts'
import type { Mac } from '../../object/net/mac.ts'
import { alsoMacs } from '../backend.ts'
import { idOf, refTo } from '../bson/values.ts'
import { ofNode } from '../macs.ts'
import type { UnitOfWork } from './unit-of-work.ts'

export function macWrites(unit: UnitOfWork) {
  const add = (collection: string, node: Id, mac: Mac) =>
    unit.insert(collection, { _id: new ObjectId(), mac, node: refTo('node', node) })
  const forget = async (mac: unknown): Promise<void> => {
    if (typeof mac === 'string') await unit.remove('switch_mac', { mac })
  }
  return {
    forget: (mac: Mac) => forget(mac),
    setMac: async (node: Id, mac: Mac): Promise<void> => {
      await unit.remove(alsoMacs, { mac })
      const [byMac, byNode] = [await unit.find('mac', { mac }), await unit.find('mac', ofNode(node))]
      if (byMac.length === 1 && byNode.length === 1 && idOf(byMac[0]?.node) === node) return
      await unit.remove('mac', { mac })
      await unit.remove('mac', ofNode(node))
      add('mac', node, mac)
    },
    setAlso: async (node: Id, macs: readonly Mac[]): Promise<void> => {
      const own = await unit.find(alsoMacs, ofNode(node))
      if (own.length === macs.length && own.every(({ mac }, at) => mac === macs[at])) return
      await unit.remove(alsoMacs, ofNode(node))
      for (const mac of new Set(macs)) {
        await unit.remove('mac', { mac })
        await unit.remove(alsoMacs, { mac })
        add(alsoMacs, node, mac)
      }
    },
    clearMac: async (node: Id): Promise<void> => {
      for (const collection of ['mac', alsoMacs]) {
        for (const { mac } of await unit.find(collection, ofNode(node))) await forget(mac)
        await unit.remove(collection, ofNode(node))
      }
    },
  }
}
