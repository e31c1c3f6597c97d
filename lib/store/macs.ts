// MAC addresses of nodes: the one that the first Luna keeps (collection `mac`, one per node), and those of
// further boot cards, in a collection of ours that is there only once somebody has any.
import { type Document, ObjectId } from 'bson'
import type { Id } from '../object/field.ts'
import { type Mac, parseMac } from '../object/net/mac.ts'
import { alsoMacs, idText, type Reader } from './backend.ts'
import { byBytes, idOf } from './bson/values.ts'

/** The reading methods of MAC addresses. */
export function macReads(reader: Reader) {
  const nodeIn = async (collection: string, mac: Mac) =>
    (await reader.find(collection, { mac })).sort(byId).flatMap(({ node }) => idOf(node) ?? [])[0]
  const macsIn = async (collection: string, node: Id) =>
    (await reader.find(collection, ofNode(node))).sort(byId).flatMap((document) => macIn(document) ?? [])
  return {
    findMac: async (mac: Mac) => (await nodeIn('mac', mac)) ?? (await nodeIn(alsoMacs, mac)),
    macOf: async (node: Id) => (await macsIn('mac', node))[0],
    macs: async () => {
      const all = new Map<Id, Mac>()
      for (const document of (await reader.find('mac', undefined, 'mac')).sort(byId).reverse()) {
        const [node, mac] = [idOf(document.node), macIn(document)]
        if (!node || !mac) continue
        // Of an address that two nodes have, the one that `findMac` gives comes last.
        all.delete(node)
        all.set(node, mac)
      }
      return all
    },
    alsoOf: (node: Id) => macsIn(alsoMacs, node),
    also: async () => {
      const all = new Map<Id, Mac[]>()
      for (const document of (await reader.find(alsoMacs, undefined, 'mac')).sort(byId)) {
        const [node, mac] = [idOf(document.node), macIn(document)]
        if (node && mac) all.set(node, [...(all.get(node) ?? []), mac])
      }
      return all
    },
  }
}

/** The documents of a node, in either collection. */
export function ofNode(node: Id) {
  return { 'node.$id': new ObjectId(node) }
}

function macIn(document: Document): Mac | undefined {
  return typeof document.mac === 'string' ? parseMac(document.mac) : undefined
}

/** Sorts documents by their ids. */
export function byId(a: Document, b: Document): number {
  const [one, other]: unknown[] = [a._id, b._id]
  if (typeof one === 'string' && typeof other === 'string') return byBytes(one, other)
  return byBytes(idText(one), idText(other))
}
