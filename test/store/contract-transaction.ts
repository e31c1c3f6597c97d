// Units of work: alone, all at once or not at all.
import assert from 'node:assert/strict'
import type { Store } from '../../lib/store/store.ts'
import { mac, rejectsWith } from '../help.ts'
import type { Scene } from './contract.ts'

/** `several` where the store can be opened more than once. */
export function aloneContract(scene: () => Scene, several: boolean): void {
  describe('alone', () => {
    it('sees its own writes; others see them when it is done, all at once', async () => {
      const { store } = scene()
      const id = await store.insert('group', { name: 'g', comment: 'old' })
      const result = await store.transaction(async (inner) => {
        await inner.update('group', id, { comment: 'new' })
        await inner.insert('node', { name: 'n' })
        await inner.setMac(id, mac(1))
        assert.equal((await inner.get('group', id)).comment, 'new')
        assert.equal((await inner.list('node')).length, 1)
        assert.equal(await inner.findMac(mac(1)), id)
        assert.equal((await store.get('group', id)).comment, 'old')
        assert.deepEqual(await store.list('node'), [])
        assert.equal(await store.findMac(mac(1)), undefined)
        return 'done'
      })
      assert.equal(result, 'done')
      assert.equal((await store.get('group', id)).comment, 'new')
      assert.equal((await store.list('node')).length, 1)
    })

    it('leaves nothing behind when the work is rejected, and passes its error on', async () => {
      const { store } = scene()
      const id = await store.insert('group', { name: 'g' })
      const before = await store.dump()
      const failing = store.transaction(async (inner) => {
        await inner.insert('node', { name: 'n' })
        await inner.update('group', id, { comment: 'x' })
        await inner.remove('group', id)
        await inner.drop()
        throw new TypeError('enough')
      })
      await assert.rejects(failing, { name: 'TypeError', message: 'enough' })
      assert.deepEqual(await store.dump(), before)
    })

    it('runs one after the other', async () => {
      const { store } = scene()
      const id = await store.insert('bmcsetup', { name: 'b', userid: 0 })
      await Promise.all(Array.from({ length: 10 }, () => store.transaction((inner) => addOne(inner, 'b'))))
      assert.equal((await store.get('bmcsetup', id)).userid, 10)
    })

    it('goes on after work that was rejected', async () => {
      const { store } = scene()
      const both = [
        store.transaction(() => Promise.reject(new Error('no'))),
        store.insert('node', { name: 'n' }),
      ] as const
      await assert.rejects(both[0])
      await both[1]
      assert.equal((await store.list('node')).length, 1)
    })

    it('joins when it is asked for again inside', async () => {
      const { store } = scene()
      await store.transaction((inner) =>
        inner.transaction((innermost) => innermost.insert('node', { name: 'n' })),
      )
      assert.equal((await store.list('node')).length, 1)
    })

    it('ends with its work: the store that it gave does nothing afterwards', async () => {
      const { store } = scene()
      const kept = await store.transaction(async (inner) => inner)
      await rejectsWith('internal', kept.insert('node', { name: 'late' }))
      assert.deepEqual(await store.list('node'), [])
    })

    it('leaves a status alone that comes meanwhile, and the fields that it did not change', async () => {
      const { store, now } = scene()
      const id = await store.insert('node', { name: 'n' })
      await store.transaction(async (inner) => {
        await inner.update('node', id, { comment: 'x' })
        await store.setStatus(id, { step: 'install.unpack', time: now() })
        await store.learn([{ switch: id, mac: mac(1), port: '1', portname: '1', updated: now() }])
      })
      const node = await store.get('node', id)
      assert.deepEqual([node.comment, node.status?.step], ['x', 'install.unpack'])
      assert.equal((await store.learned()).length, 1)
    })

    it('gives addresses back and takes others in one list', async () => {
      const { store } = scene()
      const id = await store.insert('network', { name: 'n', freelist: [{ start: 5n, end: 9n }] })
      const freelist = [
        { start: 1n, end: 3n },
        { start: 6n, end: 9n },
      ]
      await store.transaction((inner) => inner.update('network', id, { freelist }))
      assert.deepEqual((await store.get('network', id)).freelist, freelist)
    })

    it('does much at once', async () => {
      const { store } = scene()
      await store.transaction(async (inner) => {
        for (let n = 0; n < 300; n++) {
          const id = await inner.insert('node', { name: `n${n}` })
          await inner.setMac(id, mac(n))
        }
        await rejectsWith('taken', inner.insert('node', { name: 'n7' }))
      })
      assert.equal((await store.list('node')).length, 300)
      assert.equal((await store.macs()).size, 300)
    })

    if (several) betweenHandles(scene)
  })
}

function betweenHandles(scene: () => Scene): void {
  it('runs one after the other over several handles', async () => {
    const { store, another } = scene()
    const id = await store.insert('bmcsetup', { name: 'b', userid: 0 })
    const handles = [store, await another(), await another()]
    const rounds = Array.from({ length: 4 }, () => handles).flat()
    await Promise.all(rounds.map((handle) => handle.transaction((inner) => addOne(inner, 'b'))))
    assert.equal((await store.get('bmcsetup', id)).userid, 12)
  })

  it('keeps nobody else from reading, and from single writes', async () => {
    const { store, another, now } = scene()
    const id = await store.insert('node', { name: 'n' })
    const other = await another()
    await store.transaction(async (inner) => {
      await inner.update('node', id, { comment: 'x' })
      await other.setStatus(id, { step: 'install.unpack', time: now() })
      assert.equal((await other.get('node', id)).status?.step, 'install.unpack')
    })
    assert.equal((await other.get('node', id)).comment, 'x')
  })
}

// Pauses between reading and writing, so that whoever did not wait would be noticed.
async function addOne(store: Store, name: string): Promise<void> {
  const { id, userid } = await store.getNamed('bmcsetup', name)
  await new Promise((resolve) => setImmediate(resolve))
  await store.update('bmcsetup', id, { userid: userid + 1 })
}
