// What a process that keeps nodes in memory learns of their changes.
import assert from 'node:assert/strict'
import { ObjectId } from 'bson'
import type { Id } from '../../lib/object/field.ts'
import type { Boot } from '../../lib/object/record/boot.ts'
import type { Store } from '../../lib/store/store.ts'
import { rejectsWith } from '../help.ts'
import type { Scene } from './contract.ts'
import { engineAt } from './place.ts'

const boot: Boot = { number: 1, began: 1, steps: [{ step: 'boot.request', time: 1 }] }
const never = { objects: '', macs: '', records: '' }

export function changeContract(scene: () => Scene, several: boolean): void {
  describe('changesSince', () => {
    /** The nodes that a look at the store finds changed since the last one; the first one knows nothing. */
    function looking(store: Store) {
      let last = never
      return async () => {
        const { versions, nodes } = await store.changesSince(last)
        last = versions
        return nodes && new Set(nodes)
      }
    }
    const nodesCalled = async (store: Store, ...names: string[]) => {
      const ids: Id[] = []
      for (const name of names) ids.push(await store.insert('node', { name }))
      return ids as [Id, Id, Id]
    }
    const keep = (store: Store, ...nodes: Id[]) =>
      store.keepBoots(nodes.map((node) => ({ node, boot, past: false })))

    it('knows nothing at first, and then the nodes that were added, changed, removed, and booted', async () => {
      const { store } = scene()
      const [a, b, c] = await nodesCalled(store, 'a', 'b', 'c')
      const look = looking(store)
      assert.equal(await look(), undefined)
      await keep(store, a)
      assert.equal(await look(), undefined)
      assert.deepEqual(await look(), new Set())
      await keep(store, a, b)
      await keep(store, b)
      assert.deepEqual(await look(), new Set([a, b]))
      await store.update('node', c, { name: 'd' })
      await keep(store, a)
      const [e] = await nodesCalled(store, 'e')
      assert.deepEqual(await look(), new Set([a, c, e]))
      await store.remove('node', b)
      assert.deepEqual(await look(), new Set([b]))
      assert.deepEqual(await look(), new Set())
      assert.deepEqual((await store.changesSince(never)).versions, await store.versions())
    })

    it('tells of other versions that are about no node', async () => {
      const { store } = scene()
      const [a] = await nodesCalled(store, 'a')
      await keep(store, a)
      const look = looking(store)
      await look()
      await store.insert('group', { name: 'g' })
      await store.keepHeadReport({ topic: 'seeder', head: 'h', time: 1, told: {} })
      assert.deepEqual(await look(), new Set())
    })

    it('knows nothing of a database in place of another, nor of more nodes than it remembers', async () => {
      const { store } = scene()
      await nodesCalled(store, 'a')
      const look = looking(store)
      await look()
      await store.restore(await store.dump())
      assert.equal(await look(), undefined)
      await store.transaction(async (tx) => {
        for (let n = 0; n < 501; n++) await tx.insert('node', { name: `n${n}` })
      })
      assert.equal(await look(), undefined)
      await store.drop()
      assert.equal(await look(), undefined)
    })

    it('knows nothing when too much has happened since', async () => {
      const { store } = scene()
      const [a, b] = await nodesCalled(store, 'a', 'b')
      await keep(store, a)
      const look = looking(store)
      await look()
      for (let n = 0; n < 31; n++) await keep(store, n % 2 ? a : b)
      assert.deepEqual(await look(), new Set([a, b]))
      for (let n = 0; n < 32; n++) await keep(store, a)
      assert.equal(await look(), undefined)
    })

    it('tells of nothing that was rejected, and nothing inside of a unit of work', async () => {
      const { store } = scene()
      const [a] = await nodesCalled(store, 'a')
      const look = looking(store)
      await look()
      const refused = async (tx: Store) => {
        await tx.update('node', a, { comment: 'x' })
        throw new Error('no')
      }
      await assert.rejects(store.transaction(refused), { message: 'no' })
      assert.deepEqual(await look(), new Set())
      await rejectsWith(
        'internal',
        store.transaction((tx) => tx.changesSince(never)),
      )
    })

    if (several) {
      it('knows what others have changed, at the same time as well', async () => {
        const { store, another } = scene()
        const [a, b, c] = await nodesCalled(store, 'a', 'b', 'c')
        const [one, two] = [await another(), await another()]
        await keep(one, a)
        const look = looking(store)
        await look()
        const seen = new Set<Id>()
        const work = Promise.all([keep(one, a), keep(two, b), two.update('node', c, { comment: 'x' })])
        for (const part of [Promise.resolve(), work]) {
          await part
          for (const id of (await look()) ?? assert.fail('it knows nothing')) seen.add(id)
        }
        assert.deepEqual(seen, new Set([a, b, c]))
      })

      it('knows nothing when a program made a version that remembers nothing', async () => {
        const { store, place } = scene()
        const [a] = await nodesCalled(store, 'a')
        await keep(store, a)
        const look = looking(store)
        await look()
        const engine = await engineAt(place.address ?? assert.fail('it has no address'))
        const set = { version: new ObjectId() }
        await engine.apply([{ op: 'upsert', collection: 'luna_version', key: { _id: 'records' }, set }])
        await engine.close()
        assert.equal(await look(), undefined)
        await keep(store, a)
        assert.equal(await look(), undefined)
        await keep(store, a)
        assert.deepEqual(await look(), new Set([a]))
      })
    }
  })

  describe('some', () => {
    it('gives objects and last boots of these ids alone, in a unit of work too', async () => {
      const { store } = scene()
      const ids: Id[] = []
      for (let n = 0; n < 120; n++) ids.push(await store.insert('node', { name: `n${n}` }))
      const [a, b, c] = ids as [Id, Id, Id]
      const namesOf = async (from: Store, ...wanted: Id[]) =>
        (await from.some('node', wanted)).map(({ name }) => name)
      assert.deepEqual(await namesOf(store, c, a), ['n2', 'n0'])
      assert.deepEqual(await namesOf(store), [])
      assert.equal((await store.some('node', ids)).length, 120)
      await store.keepBoots([a, b].map((node) => ({ node, boot, past: false })))
      assert.deepEqual(await store.lastBoots([b, c]), new Map([[b, boot]]))
      await store.remove('node', c)
      assert.deepEqual(await namesOf(store, c, b), ['n1'])
      const inside = await store.transaction(async (tx) => {
        await tx.update('node', a, { name: 'first' })
        await tx.remove('node', b)
        return await namesOf(tx, a, b)
      })
      assert.deepEqual(inside, ['first'])
    })
  })
}
