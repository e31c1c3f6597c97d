// Link counters and MAC addresses.
import assert from 'node:assert/strict'
import type { Ref, Store } from '../../lib/store/store.ts'
import { mac, rejectsWith } from '../help.ts'
import type { Scene } from './contract.ts'

export function linkContract(scene: () => Scene): void {
  describe('links', () => {
    it('counts a use in both documents, and again', async () => {
      const { store } = scene()
      const { group, network } = await pair(store)
      await store.link(group, network)
      await store.link(group, network, 2)
      assert.deepEqual(await store.uses(group), [{ ...network, count: 3 }])
      assert.deepEqual(await store.usedBy(network), [{ ...group, count: 3 }])
      assert.deepEqual(await store.usedBy(group), [])
    })

    it('takes the entry out at 0, and leaves the empty map', async () => {
      const { store } = scene()
      const { group, network } = await pair(store)
      assert.equal((await store.raw('group', group.id))._use_, undefined)
      await store.link(group, network, 2)
      await store.unlink(group, network)
      assert.deepEqual(await store.uses(group), [{ ...network, count: 1 }])
      await store.unlink(group, network)
      assert.deepEqual((await store.raw('group', group.id))._use_, {})
      assert.deepEqual((await store.raw('network', network.id))._usedby_, {})
    })

    it('refuses to count fewer than none, and changes nothing then', async () => {
      const { store } = scene()
      const { group, network } = await pair(store)
      await store.link(group, network)
      await rejectsWith('invalid', store.unlink(group, network, 2))
      await rejectsWith('invalid', store.unlink(network, group))
      assert.deepEqual(await store.usedBy(network), [{ ...group, count: 1 }])
    })

    it('links nothing to what is gone', async () => {
      const { store } = scene()
      const { group, network } = await pair(store)
      await store.remove('network', network.id)
      await rejectsWith('not-found', store.link(group, network))
      assert.deepEqual(await store.uses(group), [])
    })

    it('unlinks what is gone, and drops one side of a link whatever it counts', async () => {
      const { store } = scene()
      const { group, network } = await pair(store)
      const image: Ref = { kind: 'osimage', id: await store.insert('osimage', { name: 'i' }) }
      await store.link(group, network, 3)
      await store.link(group, image)
      await store.remove('osimage', image.id)
      await store.unlink(group, image)
      await store.dropLink('usedBy', network, group)
      assert.deepEqual(await store.usedBy(network), [])
      assert.deepEqual(await store.uses(group), [{ ...network, count: 3 }])
      await store.dropLink('uses', group, network)
      await store.dropLink('uses', group, network)
      assert.deepEqual(await store.uses(group), [])
    })

    it('adds up in one unit of work, also for what is made in it', async () => {
      const { store } = scene()
      const { group } = await pair(store)
      const nodes = await store.transaction(async (inner) => {
        const made: Ref[] = []
        for (let n = 0; n < 40; n++) {
          const node: Ref = { kind: 'node', id: await inner.insert('node', { name: `n${n}` }) }
          await inner.link(node, group)
          made.push(node)
        }
        assert.equal((await inner.usedBy(group)).length, 40)
        return made
      })
      assert.equal((await store.usedBy(group)).length, 40)
      await store.transaction(async (inner) => {
        for (const node of nodes) await inner.unlink(node, group)
      })
      assert.deepEqual((await store.raw('group', group.id))._usedby_, {})
    })
  })

  describe('MAC addresses', () => {
    it('knows the node of an address and the address of a node', async () => {
      const { store } = scene()
      const [a, b] = [await store.insert('node', { name: 'a' }), await store.insert('node', { name: 'b' })]
      await store.setMac(a, mac(1))
      await store.setMac(b, mac(2))
      assert.equal(await store.findMac(mac(1)), a)
      assert.equal(await store.macOf(b), mac(2))
      assert.equal(await store.findMac(mac(3)), undefined)
      assert.deepEqual(
        await store.macs(),
        new Map([
          [a, mac(1)],
          [b, mac(2)],
        ]),
      )
    })

    it('takes an address from whoever had it, and the former one from the node', async () => {
      const { store } = scene()
      const [a, b] = [await store.insert('node', { name: 'a' }), await store.insert('node', { name: 'b' })]
      await store.setMac(a, mac(1))
      await store.setMac(b, mac(2))
      await store.setMac(b, mac(1))
      assert.deepEqual(await store.macs(), new Map([[b, mac(1)]]))
      assert.equal(await store.macOf(a), undefined)
      assert.equal(await store.findMac(mac(2)), undefined)
    })

    it('knows a node by further addresses, which are kept where the first Luna does not look', async () => {
      const { store } = scene()
      const [a, b] = [await store.insert('node', { name: 'a' }), await store.insert('node', { name: 'b' })]
      await store.setMac(a, mac(1))
      assert.equal('mac_also' in (await store.dump()), false)
      await store.setAlso(a, [mac(3), mac(2)])
      assert.deepEqual(await store.alsoOf(a), [mac(3), mac(2)])
      assert.deepEqual(await store.also(), new Map([[a, [mac(3), mac(2)]]]))
      assert.deepEqual(await Promise.all([1, 2, 3, 4].map((n) => store.findMac(mac(n)))), [
        a,
        a,
        a,
        undefined,
      ])
      assert.equal(await store.macOf(a), mac(1))
      assert.deepEqual(await store.macs(), new Map([[a, mac(1)]]))
      const kept = (await store.dump()).mac_also ?? []
      assert.deepEqual(kept.map((one) => one.mac).sort(), [mac(2), mac(3)])
      assert.deepEqual(await store.alsoOf(b), [])
    })

    it('gives a further address to one node only, whichever way it had it before', async () => {
      const { store } = scene()
      const [a, b] = [await store.insert('node', { name: 'a' }), await store.insert('node', { name: 'b' })]
      await store.setMac(a, mac(1))
      await store.setAlso(a, [mac(2)])
      await store.setAlso(b, [mac(1), mac(2), mac(3)])
      assert.deepEqual([await store.macOf(a), await store.alsoOf(a)], [undefined, []])
      await store.setMac(b, mac(2))
      assert.deepEqual([await store.macOf(b), await store.alsoOf(b)], [mac(2), [mac(1), mac(3)]])
      await store.setMac(a, mac(3))
      assert.deepEqual([await store.macOf(a), await store.alsoOf(b)], [mac(3), [mac(1)]])
      await store.setAlso(b, [])
      assert.equal('mac_also' in (await store.dump()), false)
      assert.equal(await store.findMac(mac(1)), undefined)
    })

    it('swaps addresses within one transaction, and brings all of them back from a dump', async () => {
      const { store } = scene()
      const a = await store.insert('node', { name: 'a' })
      await store.setMac(a, mac(1))
      await store.setAlso(a, [mac(2)])
      await store.transaction(async (tx) => {
        await tx.setMac(a, mac(2))
        await tx.setAlso(a, [mac(1)])
      })
      assert.deepEqual([await store.macOf(a), await store.alsoOf(a)], [mac(2), [mac(1)]])
      const dump = await store.dump()
      await store.clearMac(a)
      assert.equal(await store.findMac(mac(1)), undefined)
      await store.restore(dump)
      assert.deepEqual([await store.macOf(a), await store.alsoOf(a)], [mac(2), [mac(1)]])
    })

    it('clears an address and what switches saw of it, and of no other', async () => {
      const { store, now } = scene()
      const node = await store.insert('node', { name: 'a' })
      const seen = { switch: node, port: '1', portname: 'one', updated: now() }
      await store.learn([
        { ...seen, mac: mac(1) },
        { ...seen, mac: mac(2) },
      ])
      await store.setMac(node, mac(1))
      await store.clearMac(node)
      assert.equal(await store.macOf(node), undefined)
      assert.deepEqual(
        (await store.learned()).map((one) => one.mac),
        [mac(2)],
      )
      await store.clearMac(node)
    })
  })
}

async function pair(store: Store): Promise<{ group: Ref; network: Ref }> {
  const group = await store.insert('group', { name: 'compute' })
  const network = await store.insert('network', { name: 'cluster' })
  return { group: { kind: 'group', id: group }, network: { kind: 'network', id: network } }
}
