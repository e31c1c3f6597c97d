// Names that are unique whoever writes.
import assert from 'node:assert/strict'
import { ObjectId } from 'bson'
import type { Backend } from '../../lib/store/backend.ts'
import type { Store } from '../../lib/store/store.ts'
import { rejectsWith } from '../help.ts'
import type { Scene } from './contract.ts'
import { engineAt } from './place.ts'

/** `several`: other programs can open the store too. */
export function uniqueContract(scene: () => Scene, several: boolean): void {
  describe('makeNamesUnique', () => {
    it('finds no duplicates in an empty store and in a sound one, as often as it is asked', async () => {
      const { store } = scene()
      assert.deepEqual(await store.makeNamesUnique(), [])
      await store.insert('node', { name: 'n' })
      await store.insert('group', { name: 'n' })
      assert.deepEqual(await store.makeNamesUnique(), [])
      assert.deepEqual(await store.makeNamesUnique(), [])
    })

    it('gives the names that are there more than once, and leaves the database as it is', async () => {
      const { store } = scene()
      await withDuplicates(store)
      const before = JSON.stringify(await store.dump())
      assert.deepEqual(await store.makeNamesUnique(), [{ kind: 'node', name: 'twice', count: 2 }])
      assert.equal(JSON.stringify(await store.dump()), before)
    })

    it('lets everything through that leaves no duplicates, in whatever order it is asked', async () => {
      const { store } = scene()
      const a = await store.insert('node', { name: 'a' })
      const b = await store.insert('node', { name: 'b' })
      await store.makeNamesUnique()
      await store.transaction(async (inner) => {
        await inner.update('node', a, { name: 'between' })
        await inner.update('node', b, { name: 'a' })
        await inner.update('node', a, { name: 'b' })
      })
      await store.transaction(async (inner) => {
        await inner.remove('node', b)
        await inner.insert('node', { name: 'a', comment: 'new' })
        await inner.update('node', a, { name: 'c' })
        await inner.insert('node', { name: 'b', comment: 'new' })
      })
      const nodes = (await store.list('node')).map(({ name, comment }) => [name, comment])
      assert.deepEqual(nodes, [
        ['a', 'new'],
        ['b', 'new'],
        ['c', ''],
      ])
      await store.update('node', a, { comment: 'same name' })
      assert.equal((await store.get('node', a)).comment, 'same name')
    })

    it('does not stand in the way of a database with duplicates that is put in place', async () => {
      const { store } = scene()
      await store.makeNamesUnique()
      await withDuplicates(store)
      assert.equal((await store.list('node')).length, 2)
      assert.equal((await store.makeNamesUnique()).length, 1)
    })

    it('is not for inside a unit of work', async () => {
      await rejectsWith(
        'internal',
        scene().store.transaction((inner) => inner.makeNamesUnique()),
      )
    })

    if (several) refusals(scene)
  })
}

function refusals(scene: () => Scene): void {
  let engine: Backend | undefined
  afterEach(() => engine?.close())

  async function opened(): Promise<Backend> {
    const { address } = scene().place
    if (!address) throw new Error('nobody else can open this store')
    engine ??= await engineAt(address)
    return engine
  }

  /** What a program does that does not look before it writes. */
  async function write(kind: string, name: string): Promise<void> {
    const document = { _id: new ObjectId(), name }
    await (await opened()).apply([{ op: 'insert', collection: kind, document }])
  }

  beforeEach(() => {
    engine = undefined
  })

  it('has the engine refuse what another program writes', async () => {
    const { store } = scene()
    await store.insert('node', { name: 'n' })
    await store.makeNamesUnique()
    await rejectsWith('taken', write('node', 'n'))
    await write('node', 'm')
    await write('group', 'n')
    assert.deepEqual(
      (await store.list('node')).map(({ name }) => name),
      ['m', 'n'],
    )
  })

  it('leaves kinds with duplicates alone until these are gone', async () => {
    const { store } = scene()
    await withDuplicates(store)
    await store.makeNamesUnique()
    await write('node', 'twice')
    assert.equal(await (await opened()).setUnique('node', true), false)
    for (const { id } of (await store.list('node')).slice(1)) await store.remove('node', id)
    assert.deepEqual(await store.makeNamesUnique(), [])
    await rejectsWith('taken', write('node', 'twice'))
  })
}

async function withDuplicates(store: Store): Promise<void> {
  const node = [1, 2].map(() => ({ _id: new ObjectId(), name: 'twice', _usedby_: {} }))
  await store.restore({ node })
}
