// What commands changed is bounded: so many entries, so many bytes of all and of one.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mostBytes, mostEntries } from '../../lib/store/history/change.ts'
import { entryId, headId, partId } from '../../lib/store/history/documents.ts'
import type { Store } from '../../lib/store/store.ts'
import type { Scene } from './contract.ts'

export function historyBoundsContract(scene: () => Scene): void {
  /** The store as a command has it. */
  const command = async (): Promise<Store> => {
    const { another, now } = scene()
    return await another({ now, by: async () => ({ user: 'alice', as: null, command: 'luna' }) })
  }
  const partsIn = async () => (await scene().store.dump({ records: true })).luna_history_part ?? []

  /** Gives a command a history of so many entries, each said to take so many bytes; the numbers then. */
  const afterOneMore = async (count: number, each: number): Promise<number[]> => {
    const { store } = scene()
    const id = await (await command()).insert('group', { name: 'g' })
    const all = await store.dump({ records: true })
    const numbers = Array.from({ length: count }, (_, at) => at + 1)
    const entry = all.luna_history?.find(({ _id }) => _id !== headId)
    const head = { _id: headId, first: 1, last: count, bytes: count * each }
    await store.restore({
      ...all,
      luna_history: [
        head,
        ...numbers.map((number) => ({ ...entry, _id: entryId(number), number, bytes: each })),
      ],
      luna_history_part: numbers.map((number) => ({ ...all.luna_history_part?.[0], _id: partId(number, 0) })),
    })
    assert.equal((await store.history()).length, count)
    await (await command()).update('group', id, { comment: 'x' })
    return (await store.history()).map(({ number }) => number)
  }

  /** Fails unless the entries have their differences, and nothing is left of others. */
  const assertWhole = async (kept: readonly number[]) => {
    const { store } = scene()
    const ids = kept.map((number) => partId(number, 0))
    assert.deepEqual((await partsIn()).map(({ _id }) => _id).sort(), ids.sort())
    const newest = await store.historyOf(kept[0] ?? 0)
    assert.equal(newest?.changes[0]?.after?.comment, 'x')
  }

  describe('bounds of the history', () => {
    it('leave the last entries, and of those before nothing', async () => {
      const kept = await afterOneMore(mostEntries, 100)
      assert.deepEqual([kept.length, kept[0], kept.at(-1)], [mostEntries, mostEntries + 1, 2])
      await assertWhole(kept)
    })

    it('drop the oldest entries where all take too much', async () => {
      const kept = await afterOneMore(3, mostBytes / 2)
      assert.deepEqual(kept, [4, 3])
      await assertWhole(kept)
    })

    it('hold for one command however many transactions it has', async () => {
      const own = await command()
      const script = () => randomBytes(mostBytes / 8).toString('base64')
      for (const name of ['a', 'b', 'c']) await own.insert('group', { name, prescript: script() })
      const [entry, ...more] = await own.history()
      assert.deepEqual([entry?.omitted, entry?.objects[0]?.names, more], [true, ['a', 'b', 'c'], []])
      const bytes = (await partsIn()).reduce((sum, { packed }) => sum + packed.length(), 0)
      assert.ok(bytes <= mostBytes / 4, `${bytes} bytes`)
    })
  })
}
