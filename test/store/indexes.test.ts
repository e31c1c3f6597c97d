// Unique names in a collection of MongoDB that has an index by name already.
import assert from 'node:assert/strict'
import { type Collection, type Db, type IndexDescription, MongoServerError } from 'mongodb'
import { buildOptions, makeIndexes, makeUnique } from '../../lib/store/mongo/indexes.ts'

/**
 * A collection with these indexes; `troubles` are the codes that createIndexes fails
 * with, one call after the other.
 */
function collectionWith(present: readonly object[], troubles: number[]) {
  const done: string[] = []
  const collection = {
    collectionName: 'node',
    indexes: async () => present,
    dropIndex: async (name: string) => void done.push(`drop ${name}`),
    createIndexes: async ([index]: IndexDescription[], { commitQuorum }: { commitQuorum?: number }) => {
      done.push(`make ${index?.name} ${commitQuorum}`)
      const code = troubles.shift()
      if (code) throw new MongoServerError({ message: 'no', code })
    },
  }
  return { done, collection: collection as unknown as Collection }
}

const own = { v: 2, key: { name: 1 }, name: 'name_1' }

describe('makeIndexes', () => {
  it('looks at the indexes once, and not in every process', async () => {
    const marks: Record<string, unknown> = {}
    let looked = 0
    const collection = {
      findOne: async () => marks,
      updateOne: async (_: object, { $set }: { $set: object }) => void Object.assign(marks, $set),
      indexes: async () => {
        looked++
        return []
      },
      createIndexes: async () => [],
    }
    const database = { collection: () => collection } as unknown as Db
    await makeIndexes(database, buildOptions(true))
    assert.ok(looked > 0)
    looked = 0
    await makeIndexes(database, buildOptions(true))
    assert.equal(looked, 0)
  })
})

describe('makeUnique', () => {
  it("leaves a site's own index by name where the server takes both", async () => {
    const { done, collection } = collectionWith([own], [])
    assert.equal(await makeUnique(collection, true, buildOptions(true)), true)
    assert.deepEqual(done, ['make luna_node_name 1'])
  })

  it("takes a site's own index away where the server takes one, and puts it back when names are not unique", async () => {
    const { done, collection } = collectionWith([own], [85, 11000])
    assert.equal(await makeUnique(collection, true, buildOptions(true)), false)
    assert.deepEqual(done, ['make luna_node_name 1', 'drop name_1', 'make luna_node_name 1', 'make name_1 1'])
  })

  for (const more of [{ sparse: true }, { partialFilterExpression: {} }, { collation: { locale: 'en' } }]) {
    it(`does not take a unique index for its own that has ${Object.keys(more).join()}`, async () => {
      const { done, collection } = collectionWith([{ ...own, unique: true, ...more }], [])
      await makeUnique(collection, true, buildOptions(true))
      assert.deepEqual(done, ['make luna_node_name 1'])
    })
  }

  it('is done where a whole unique index is there', async () => {
    const { done, collection } = collectionWith([{ ...own, unique: true }], [])
    assert.equal(await makeUnique(collection, true, buildOptions(false)), true)
    assert.deepEqual(done, [])
  })
})
