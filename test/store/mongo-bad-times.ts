// MongoDB as it is on bad days, played by the stand-in: members that are down, indexes that are never built,
// servers and commands that hang.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MongoConfig } from '../../lib/config.ts'
import { makeStore } from '../../lib/store/make-store.ts'
import { openMongo } from '../../lib/store/mongo/backend.ts'
import { connectMongo } from '../../lib/store/mongo/client.ts'
import { Lease, type LeaseDocument } from '../../lib/store/mongo/lease.ts'
import type { Store } from '../../lib/store/store.ts'
import { rejectsWith } from '../help.ts'
import { type Breaking, openBreaking } from './mongo-failover.ts'
import type { MongoServer } from './mongo-server.ts'
import { mongoPlace, type Place } from './place.ts'

const luna = join(import.meta.dirname, '../../bin/luna')

/** A store on the server, with a group and a node; closed, removed and without orders after each test. */
function stage(server: () => MongoServer) {
  const opened: Store[] = []
  let place: Place
  const open = async () => {
    const store = await place.open()
    opened.push(store)
    return store
  }
  const order = async (text: string) => void (await server().order?.(text))
  beforeEach(async function () {
    if (!server().order) return this.skip()
    place = mongoPlace(server().config)
    const store = await open()
    await store.insert('group', { name: 'g' })
    await store.insert('node', { name: 'n' })
  })
  afterEach(async () => {
    await order('free')
    for (const store of opened.splice(0)) await store.close()
    await place.remove()
  })
  return { open, order, place: () => place, keep: (store: Store) => opened.push(store) }
}

async function report(store: Store, step: string): Promise<void> {
  const { id } = await store.getNamed('node', 'n')
  await store.setStatus(id, { step, time: new Date() })
  assert.equal((await store.get('node', id)).status?.step, step)
}

/** Tests for a replica set. */
export function setInBadTimes(server: () => MongoServer): void {
  describe('without a majority of members that hold data', () => {
    const { open, order } = stage(server)

    it('takes reports, announces and learned addresses, for which the primary is enough', async () => {
      const store = await open()
      await order('nomajority 60000')
      await report(store, 'install.unpack')
      await store.learn([])
    })

    it('refuses changes at once, says why and what to do, and changes nothing', async () => {
      const store = await open()
      await order('nomajority 60000')
      const error = await rejectsWith('unavailable', store.insert('node', { name: 'other' }))
      assert.match(
        `${error.message} ${error.why}`,
        /no majority of members that hold data.*nothing was changed/,
      )
      assert.match(error.fix ?? '', /rs\.status\(\)/)
      await order('free')
      assert.deepEqual(await store.names('node'), ['n'])
      await store.insert('node', { name: 'later' })
    })
  })

  describe('with a member down that index builds wait for', () => {
    const { order, keep } = stage(server)
    const fresh = { place: undefined as Place | undefined }
    afterEach(() => fresh.place?.remove())

    it('neither reports nor commands wait for it, and no later command pays for it again', async () => {
      fresh.place = mongoPlace(server().config)
      await order('hold createIndexes 60000')
      const first = await fresh.place.open()
      keep(first)
      await first.insert('node', { name: 'n' })
      for (const step of ['one', 'two']) {
        const store = await fresh.place.open()
        keep(store)
        await report(store, step)
        await store.insert('group', { name: step })
      }
    })
  })

  describe('by the name of one member', () => {
    const { keep } = stage(server)
    const alone = (at: number): MongoConfig => {
      const [one = ''] = server().config.server.split(',').slice(at)
      return { server: one, tls: false }
    }

    it('a secondary is refused, with what to write into luna.conf', async () => {
      const error = await rejectsWith('unavailable', openMongo(alone(1), '/etc/luna.conf'))
      assert.match(error.message, /is not the primary of rs0/)
      assert.match(error.fix ?? '', /replicaset=rs0 and server=127\.0\.0\.1:\d+,127\.0\.0\.1:\d+ /)
    })

    it('the primary is asked as a member of its set', async () => {
      const store = makeStore(await openMongo(alone(0), '/etc/luna.conf', { database: 'luna_by_name' }))
      keep(store)
      await store.insert('node', { name: 'x' })
      await store.drop()
    })
  })

  describe('with the transaction of a dead process that keeps the lease', () => {
    const { open, order } = stage(server)

    it('goes on with reports, and has changes wait for its end', async () => {
      const store = await open()
      await order('hold luna_lease 5000')
      const change = store.insert('group', { name: 'other' })
      await report(store, 'install.unpack')
      await change
      assert.deepEqual(await store.names('group'), ['g', 'other'])
    })
  })

  describe('with a primary that takes long for every write', () => {
    const { open, order, place } = stage(server)

    it('finds out all the same that who had the lease is dead', async function () {
      this.timeout(60_000)
      const store = await open()
      const { address } = place()
      assert(address && 'mongo' in address)
      const client = await connectMongo(address.mongo, '/etc/luna.conf')
      const leases = client.db(address.database).collection<LeaseDocument>('luna_lease')
      const lease = await Lease.take(leases)
      lease.abandon()
      await client.close()
      await order('slow luna_lease 1200')
      await store.insert('group', { name: 'other' })
      assert.deepEqual(await store.names('group'), ['g', 'other'])
    })
  })

  describe('with others who write the same documents', () => {
    const { open, order } = stage(server)

    it('begins a transaction anew when it was in conflict', async () => {
      const store = await open()
      await order('answer 112 update 3')
      await store.update('group', (await store.getNamed('group', 'g')).id, { comment: 'x' })
      assert.equal((await store.getNamed('group', 'g')).comment, 'x')
    })

    it('gives up soon, says so, and has changed nothing', async () => {
      const store = await open()
      await order('answer 112 update 1000')
      const { id } = await store.getNamed('group', 'g')
      const error = await rejectsWith('failed', store.update('group', id, { comment: 'x' }))
      assert.match(error.fix ?? '', /try again/)
      assert.equal((await store.get('group', id)).comment, '')
    })
  })

  describe('a database that is too large for one transaction', () => {
    const { open, order } = stage(server)

    it('is refused with the size of its collections and which are not of Luna; the old one stays', async () => {
      const store = await open()
      const before = await store.dump()
      await order('answer 388 insert 1000')
      const files = [{ _id: 1, data: 'x'.repeat(2_500_000) }]
      const dump = { ...before, 'fs.chunks': files }
      const error = await rejectsWith('failed', store.restore(dump as never))
      assert.match(
        `${error.message} ${error.why}`,
        /nothing was changed.*: fs\.chunks has 3 MiB, .*node has 1 MiB/,
      )
      assert.match(error.fix ?? '', /not of Luna \(fs\.chunks\)/)
      await order('free')
      assert.deepEqual(await store.dump(), before)
    })
  })
}

/** Tests for a server of its own. */
export function serverInBadTimes(server: () => MongoServer): void {
  describe('a process that stalls with its last write on the way', () => {
    const { open, place, keep } = stage(server)
    let breaking: Breaking
    before(async () => {
      breaking = await openBreaking(server().config.server)
    })
    after(() => breaking.close())

    it('writes over nothing that was written since', async function () {
      this.timeout(60_000)
      const store = await open()
      const network = await store.insert('network', { name: 'net', freelist: [{ start: 1n, end: 9n }] })
      const { address } = place()
      assert(address && 'mongo' in address)
      const through = { ...address.mongo, server: breaking.server }
      const { database } = address
      const stalling = makeStore(
        await openMongo(through, '/etc/luna.conf', { database, transactions: false }),
      )
      keep(stalling)
      const take = (start: bigint) => ({ freelist: [{ start, end: 9n }] })
      await stalling.list('network')
      // The command "update" of the collection "network", as BSON.
      const held = breaking.holdFrom('update\0\x08\0\0\0network\0')
      const work = stalling.transaction(async (tx) => {
        await tx.update('network', network, take(2n))
        await tx.update('group', (await tx.getNamed('group', 'g')).id, { comment: 'x' })
      })
      const settled = work.catch(() => undefined)
      await held
      await store.transaction((tx) => tx.update('network', network, take(3n)))
      breaking.letGo()
      await settled
      assert.deepEqual((await store.get('network', network)).freelist, take(3n).freelist)
    })
  })

  it('luna cluster check says on standard error that a replica set of one member is safer', () => {
    const folder = mkdtempSync(join(tmpdir(), 'luna-check-'))
    const conf = join(folder, 'luna.conf')
    writeFileSync(conf, `[MongoDB]\nserver=${server().config.server}\n`)
    const env = { ...process.env, LUNA_CONF: conf }
    const { stderr } = spawnSync(process.execPath, [luna, 'cluster', 'check'], { env, encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    assert.match(stderr, /^INFO:luna:MongoDB is a single server: .*luna\.conf\(5\)/m)
  })

  it('before 4.4 is refused, with both ways out', async function () {
    const { order, config } = server()
    if (!order) return this.skip()
    await order('wire 8')
    const error = await rejectsWith('unavailable', connectMongo(config, '/etc/luna.conf'))
    await order('free')
    assert.match(error.fix ?? '', /^upgrade MongoDB to 4\.4 or later, or .*luna-migrate\(7\)$/)
  })

  describe('a database that the server does not take', () => {
    const { open } = stage(server)
    const wrong = {
      'an _id that is a list': { other: [{ _id: [1] }], node: [] },
      'a name of a collection that cannot be': { 'a..b': [{ _id: 1 }] },
    }
    for (const [what, dump] of Object.entries(wrong)) {
      it(`is refused for ${what}, and the old one is as it was`, async () => {
        const store = await open()
        const before = await store.dump()
        await rejectsWith('failed', store.restore(dump as never))
        assert.deepEqual(await store.dump(), before)
      })
    }
  })

  describe('link counters that are no map', () => {
    const { open } = stage(server)
    for (const damaged of [null, 'text', []]) {
      it(`are written whole where ${JSON.stringify(damaged)} is in their place`, async () => {
        const store = await open()
        const { node = [], ...rest } = await store.dump()
        await store.restore({ ...rest, node: node.map((one) => ({ ...one, _usedby_: damaged })) })
        const [user, used] = [await store.getNamed('group', 'g'), await store.getNamed('node', 'n')]
        await store.link({ kind: 'group', id: user.id }, { kind: 'node', id: used.id })
        const [link] = await store.usedBy({ kind: 'node', id: used.id })
        assert.deepEqual(link, { kind: 'group', id: user.id, count: 1 })
      })
    }
  })
}
