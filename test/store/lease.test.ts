// The lease over a collection that does not answer as it should.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Collection, MongoNetworkTimeoutError, MongoServerError } from 'mongodb'
import { Lease, type LeaseDocument } from '../../lib/store/mongo/lease.ts'

const free: LeaseDocument = { _id: 'alone', owner: null, fence: 1, beat: 1 }

/** A collection whose methods are these; a step of the lease is confirmed. */
function collection(methods: object): Collection<LeaseDocument> {
  const moved = { updateOne: async () => ({ matchedCount: 1 }), findOne: async () => free }
  return { ...moved, ...methods } as unknown as Collection<LeaseDocument>
}

describe('the lease of MongoDB', () => {
  it('is waited for while a transaction of a dead process keeps its document', async () => {
    const troubles = [
      new MongoServerError({ message: 'operation exceeded time limit', code: 50 }),
      new MongoServerError({ message: 'write conflict', code: 112 }),
      new MongoNetworkTimeoutError('timed out'),
    ]
    let limit: unknown
    const taking = async (_filter: object, _change: object, options: { maxTimeMS?: number }) => {
      limit = options.maxTimeMS
      const trouble = troubles.shift()
      if (trouble) throw trouble
      return { ...free, owner: 'me' }
    }
    const lease = await Lease.take(collection({ findOneAndUpdate: taking }))
    await lease.release()
    assert.deepEqual(troubles, [])
    assert.equal(limit, 2000)
  })

  it('is moved one step at a time, however long a step takes', async () => {
    let steps = 0
    const updateOne = () => {
      steps++
      return steps === 1 ? Promise.resolve({ matchedCount: 1 }) : new Promise(() => undefined)
    }
    const findOneAndUpdate = async () => ({ ...free, owner: 'me' })
    await Lease.take(collection({ findOneAndUpdate, updateOne }))
    await sleep(3500)
    assert.equal(steps, 2)
  })
})
