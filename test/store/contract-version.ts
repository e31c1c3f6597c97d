// What can be remembered, and how long; and what is quicker to ask than whole objects.
import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import type { Store } from '../../lib/store/store.ts'
import { mac, rejectsWith } from '../help.ts'
import type { Scene } from './contract.ts'

export function versionContract(scene: () => Scene, several: boolean): void {
  describe('version', () => {
    const version = async () => (await scene().store.versions()).objects

    it('is another one after every change of an object', async () => {
      const { store } = scene()
      const seen = [await version()]
      const changed = async (work: () => Promise<unknown>) => {
        await work()
        const now = await version()
        assert(!seen.includes(now), `the version is ${now} again`)
        seen.push(now)
      }
      const id = await store.insert('group', { name: 'compute' })
      seen.push(await version())
      assert.notEqual(seen[0], seen[1])
      await changed(() => store.update('group', id, { comment: 'x' }))
      await changed(() => store.insert('node', { name: 'node001', group: id }))
      await changed(() => store.remove('group', id))
      const dump = await store.dump()
      await changed(() => store.restore(dump))
      await changed(() => store.drop())
    })

    it('stays when a node reports, gets its MAC address or announces itself, and when work was rejected', async () => {
      const { store, now } = scene()
      const node = await store.insert('node', { name: 'node001' })
      const before = await version()
      await store.setStatus(node, { step: 'x', time: now() })
      await store.setMac(node, mac(1))
      await store.learn([{ switch: node, mac: mac(1), port: '1', portname: '1', updated: now() }])
      const refused = async (tx: Store) => {
        await tx.insert('group', { name: 'g' })
        throw new Error('no')
      }
      await assert.rejects(store.transaction(refused), { message: 'no' })
      assert.equal(await version(), before)
    })

    it('of MAC addresses is another one after each of their changes, and stays otherwise', async () => {
      const { store, now } = scene()
      const node = await store.insert('node', { name: 'node001' })
      const seen = new Set<string>()
      const note = async (work: () => Promise<unknown>) => {
        await work()
        seen.add((await store.versions()).macs)
      }
      await note(() => store.insert('node', { name: 'node002' }))
      await note(() => store.setStatus(node, { step: 'x', time: now() }))
      assert.equal(seen.size, 1)
      await note(() => store.setMac(node, mac(1)))
      await note(() => store.setAlso(node, [mac(2)]))
      assert.equal(seen.size, 3)
      await note(() => store.setMac(node, mac(1)))
      assert.equal(seen.size, 3)
      await note(() => store.clearMac(node))
      await note(() => store.setMac(node, mac(3)))
      const dump = await store.dump()
      await note(() => store.drop())
      await note(() => store.restore(dump))
      assert.equal(seen.size, 7)
    })

    it('is no document of the database, and nothing to ask inside of a unit of work', async () => {
      const { store } = scene()
      await store.insert('group', { name: 'compute' })
      assert.deepEqual(Object.keys(await store.dump()), ['group'])
      await rejectsWith(
        'internal',
        store.transaction((tx) => tx.versions()),
      )
    })

    if (several) {
      it('is seen by others as soon as the change is', async () => {
        const { store, another } = scene()
        const other = await another()
        const before = (await other.versions()).objects
        await store.insert('group', { name: 'compute' })
        assert.notEqual((await other.versions()).objects, before)
        assert.equal((await other.versions()).objects, (await store.versions()).objects)
      })
    }
  })

  describe('names', () => {
    it('gives the names of all objects of a kind in byte order, in a unit of work too', async () => {
      const { store } = scene()
      assert.deepEqual(await store.names('node'), [])
      for (const name of ['b', 'a', 'é', 'Z']) await store.insert('node', { name })
      await store.insert('group', { name: 'other' })
      assert.deepEqual(await store.names('node'), ['Z', 'a', 'b', 'é'])
      const inside = await store.transaction(async (tx) => {
        await tx.insert('node', { name: 'c' })
        return await tx.names('node')
      })
      assert.deepEqual(inside, ['Z', 'a', 'b', 'c', 'é'])
    })
  })

  describe('single writes at the same time', () => {
    it('are all done, in their order', async () => {
      const { store, now } = scene()
      const nodes: Id[] = []
      for (let n = 0; n < 5; n++) nodes.push(await store.insert('node', { name: `node00${n}` }))
      const all = Array.from({ length: 100 }, (_, at) => {
        const node = nodes[at % nodes.length]
        return node ? store.setStatus(node, { step: `step ${at}`, time: now() }) : undefined
      })
      await Promise.all(all)
      const steps = (await store.list('node')).map(({ status }) => status?.step)
      assert.deepEqual(steps, ['step 95', 'step 96', 'step 97', 'step 98', 'step 99'])
    })

    it('leave what nobody wrote as it was', async () => {
      const { store, now } = scene()
      const user = {
        kind: 'node',
        id: await store.insert('node', { name: 'node001', comment: 'c' }),
      } as const
      const used = { kind: 'group', id: await store.insert('group', { name: 'g' }) } as const
      await store.link(user, used)
      const before = await store.raw('node', user.id)
      await store.setStatus(user.id, { step: 'x', time: now() })
      assert.deepEqual(await store.raw('node', user.id), { ...before, status: { step: 'x', time: now() } })
      assert.equal((await store.getNamed('node', 'node001')).status?.step, 'x')
      assert.deepEqual(await store.uses(user), [{ ...used, count: 1 }])
    })
  })

  describe('peersSince', () => {
    it('gives the peers of one torrent that announced themselves then or later', async () => {
      const { store, now } = scene()
      const time = (ago: number) => new Date(now().getTime() - ago * 1000)
      const peer = { uploaded: 0, downloaded: 0, left: 0, status: null, ip: '10.30.0.1', peerId: 'cc' }
      for (const [port, ago] of [
        [1, 30],
        [2, 20],
        [3, 10],
      ] as const)
        await store.announce({ ...peer, infoHash: 'aa', port, updated: time(ago) })
      await store.announce({ ...peer, infoHash: 'bb', port: 4, updated: time(0) })
      const ports = (await store.peersSince('aa', time(20))).map(({ port }) => port)
      assert.deepEqual(ports, [3, 2])
      await store.announce({ ...peer, infoHash: 'aa', port: 1, updated: time(5) })
      assert.deepEqual(
        (await store.peersSince('aa', time(9))).map(({ port }) => port),
        [1],
      )
      assert.deepEqual(
        (await store.peersSince(undefined, time(10))).map(({ port }) => port),
        [4, 1, 3],
      )
    })
  })
}
