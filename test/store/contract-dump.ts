// Whole databases: out, in, and what Luna does not know in them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Document, EJSON } from 'bson'
import type { Dump, Store } from '../../lib/store/store.ts'
import { mac } from '../help.ts'
import type { Scene } from './contract.ts'

function sample(name: string): Dump {
  const text = readFileSync(join(import.meta.dirname, 'data', name), 'utf8')
  return EJSON.parse(text, { relaxed: false }) as Dump
}

/** A database as plain values that do not depend on the order of fields. */
function plain(dump: Dump): Document {
  return EJSON.serialize(dump, { relaxed: false })
}

async function filled(store: Store, name: string): Promise<Dump> {
  const dump = sample(name)
  await store.restore(dump)
  return dump
}

export function dumpContract(scene: () => Scene): void {
  describe('whole databases', () => {
    it('come out as they went in: unknown collections, fields, ids and all BSON types', async () => {
      const { store } = scene()
      const dump = await filled(store, 'foreign.json')
      assert.deepEqual(plain(await store.dump()), plain(dump))
    })

    it('are sorted by collection, name and id', async () => {
      const { store } = scene()
      for (const name of ['b', 'a', 'c']) await store.insert('node', { name })
      await store.insert('group', { name: 'g' })
      const dump = await store.dump()
      assert.deepEqual(Object.keys(dump), ['group', 'node'])
      assert.deepEqual(
        dump.node?.map(({ name }) => name),
        ['a', 'b', 'c'],
      )
    })

    it('take the place of what was there', async () => {
      const { store } = scene()
      await store.insert('node', { name: 'old' })
      await store.insert('group', { name: 'old' })
      const dump = await filled(store, 'foreign.json')
      assert.deepEqual(plain(await store.dump()), plain(dump))
      assert.equal(await store.findNamed('node', 'old'), undefined)
    })

    it('vanish as a whole', async () => {
      const { store } = scene()
      await filled(store, 'foreign.json')
      await store.drop()
      assert.deepEqual(await store.dump(), {})
    })

    it('keep what Luna does not know through every change', async () => {
      const { store } = scene()
      await filled(store, 'foreign.json')
      const node = await store.getNamed('node', 'node001')
      const group = await store.getNamed('group', 'compute')
      const [key = '', iface] = Object.entries(group.interfaces)[0] ?? []
      assert.ok(iface)
      await store.update('node', node.id, { port: '9', interfaces: { [key]: { 4: 8n, 6: null } } })
      await store.update('group', group.id, { interfaces: { [key]: { ...iface, params: 'MTU=9000' } } })
      const raw = plain({
        node: [await store.raw('node', node.id)],
        group: [await store.raw('group', group.id)],
      })
      assert.equal(raw.node[0].rack, 'r12')
      assert.deepEqual(raw.node[0].interfaces[key], {
        4: { $numberInt: '8' },
        6: null,
        speed: { $numberInt: '100' },
      })
      assert.equal(raw.group[0].interfaces[key].vlan, 'v7')
      assert.equal(raw.group[0].interfaces[key].params, 'MTU=9000')
    })

    it('keep the type of addresses that a change does not touch', async () => {
      const { store } = scene()
      await filled(store, 'foreign.json')
      const node = await store.getNamed('node', 'node002')
      await store.update('node', node.id, { interfaces: node.interfaces })
      const raw = plain({ node: [await store.raw('node', node.id)] })
      const [, entry] = Object.entries<Document>(raw.node[0].interfaces)[0] ?? []
      assert.deepEqual(entry?.['4'], { $numberLong: '2' })
    })
  })

  describe('damaged documents', () => {
    it('are listed, with what a document without the value would have', async () => {
      const { store } = scene()
      await filled(store, 'damaged.json')
      const nodes = await store.list('node')
      assert.deepEqual(
        nodes.map(({ name }) => name),
        ['', 'bad', 'twice', 'twice'],
      )
      const bad = nodes[1]
      assert.deepEqual(
        [bad?.group, bad?.interfaces, bad?.localboot, bad?.port, bad?.status],
        [null, {}, true, '7', null],
      )
      const network = await store.getNamed('network', 'bad')
      assert.deepEqual(network.freelist, [{ start: 3n, end: 4n }])
      assert.deepEqual([network.NETWORK, network.PREFIX, network.version, network.ns_ip], [5n, 0, 4, null])
      assert.equal((await store.getNamed('switch', 'bad')).ip, null)
      assert.equal((await store.getNamed('cluster', 'general')).frontend_port, 8080)
    })

    it('of one name: the one with the lowest id is meant', async () => {
      const { store } = scene()
      await filled(store, 'damaged.json')
      const both = (await store.list('node')).filter(({ name }) => name === 'twice')
      assert.equal((await store.getNamed('node', 'twice')).id, both[0]?.id)
      assert.ok((both[0]?.id ?? '') < (both[1]?.id ?? ''))
    })

    it('can be changed, linked and have addresses', async () => {
      const { store } = scene()
      await filled(store, 'damaged.json')
      const [node, network] = [await store.getNamed('node', 'bad'), await store.getNamed('network', 'bad')]
      await store.link({ kind: 'node', id: node.id }, { kind: 'network', id: network.id })
      await store.update('node', node.id, { interfaces: { k: { 4: 1n, 6: null } } })
      await store.setMac(node.id, mac(1))
      assert.deepEqual(await store.macs(), new Map([[node.id, mac(1)]]))
      assert.deepEqual((await store.get('node', node.id)).interfaces, { k: { 4: 1n, 6: null } })
      assert.deepEqual(await store.learned(), [])
      assert.deepEqual(await store.peers(), [])
    })
  })
}
