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
      const lowest = new Map<Id, { readonly of: string; readonly mac: Mac }>()
      for (const document of await reader.find('mac', undefined, 'mac')) {
        const [node, mac, of] = [idOf(document.node), macIn(document), idText(document._id)]
        const present = node && lowest.get(node)
        if (node && mac && !(present && present.of < of)) lowest.set(node, { of, mac })
      }
      // Of an address that two nodes have, the one that `findMac` gives comes last.
      const entries = [...lowest].sort(([, a], [, b]) => byBytes(b.of, a.of))
      return new Map(entries.map(([node, { mac }]) => [node, mac]))
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
  return byBytes(idText(a._id), idText(b._id))
}
