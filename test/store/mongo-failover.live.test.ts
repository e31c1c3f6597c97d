// The one server of MongoDB that goes away in the middle of "luna node add", at every message of it: the
// command may fail, but done again it has made one node, with one address, and nothing is left over. What is
// tried is that connections break, with what was sent lost or done; nobody takes over.
import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import { makeStore } from '../../lib/store/make-store.ts'
import { openMongo } from '../../lib/store/mongo/backend.ts'
import type { Store } from '../../lib/store/store.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { assertSound, fillSite, freeIn } from '../task/site.ts'
import { type Breaking, openBreaking } from './mongo-failover.ts'
import { type MongoServer, noMongoServer, startMongoServer } from './mongo-server.ts'
import { mongoPlace } from './place.ts'

describe('a single MongoDB that goes away during luna node add', function () {
  // Where a command dies with the lease, the next one waits until that has run out.
  this.timeout(600_000)
  let server: MongoServer | undefined
  let breaking: Breaking

  before(async function () {
    server = await startMongoServer()
    if (!server) {
      assert.notEqual(process.env.CI, 'true', noMongoServer)
      return this.skip()
    }
    breaking = await openBreaking(server.config.server)
  })
  after(async () => {
    await breaking?.close()
    await server?.stop()
  })

  for (const delivered of [false, true]) {
    it(`makes one node, wherever the connection breaks (the message is ${delivered ? 'delivered' : 'lost'})`, async () => {
      const steps = await attempt(0, delivered)
      assert.ok(steps > 5)
      for (let step = 1; step <= steps; step++) await attempt(step, delivered)
    })
  }

  /**
   * Adds a node with a connection that breaks at that message, and once more if need be; gives the number of
   * messages.
   */
  async function attempt(step: number, delivered: boolean): Promise<number> {
    assert.ok(server)
    const place = mongoPlace(server.config)
    assert.ok(place.address && 'mongo' in place.address)
    const direct = await place.open()
    await fillSite(direct)
    const { database, mongo } = place.address
    const store = makeStore(
      await openMongo({ ...mongo, server: breaking.server }, '/etc/luna.conf', { database }),
    )
    try {
      await store.list('cluster')
      breaking.cutAt(step, delivered)
      const first = await add(store)
      const messages = breaking.messages()
      if (first !== undefined) {
        assert.equal(first, 'unavailable', `at message ${step}`)
        assert.ok([undefined, 'taken'].includes(await add(store)), `at message ${step}`)
      }
      await assertOne(direct)
      return messages
    } finally {
      await store.close()
      await direct.close()
      await place.remove()
    }
  }

  /** The code of what went wrong; undefined when it was done. */
  async function add(store: Store): Promise<string | undefined> {
    try {
      const { failures } = await addNodes(store, { group: 'compute', names: ['node001'] })
      return failures[0]?.code
    } catch (error) {
      if (error instanceof LunaError) return error.code
      throw error
    }
  }

  async function assertOne(store: Store): Promise<void> {
    assert.deepEqual(
      (await store.list('node')).map(({ name }) => name),
      ['node001'],
    )
    assert.equal(await freeIn(store, 'cluster'), '2-65533')
    await assertSound(store)
  }
})
