// What is left in MongoDB when a command dies or loses its lease in the middle of its writes, step by step.
import assert from 'node:assert/strict'
import { Binary, ObjectId, serialize } from 'bson'
import type { Db, MongoClient } from 'mongodb'
import type { MongoConfig } from '../../lib/config.ts'
import type { Write } from '../../lib/store/backend.ts'
import { makeStore } from '../../lib/store/make-store.ts'
import { openMongo } from '../../lib/store/mongo/backend.ts'
import { connectMongo } from '../../lib/store/mongo/client.ts'
import { type JournalPart, writeJournal } from '../../lib/store/mongo/journal.ts'
import { Lease, type LeaseDocument } from '../../lib/store/mongo/lease.ts'
import { stageReplacement } from '../../lib/store/mongo/replacement.ts'
import type { Store } from '../../lib/store/store.ts'
import { rejectsWith } from '../help.ts'

export function crashTests(config: () => MongoConfig): void {
  describe('a command that dies while it writes to MongoDB', () => {
    let client: MongoClient
    let database: Db
    let store: Store
    beforeEach(async () => {
      const name = `luna_crash_${process.pid}_${Date.now()}`
      client = await connectMongo(config(), '/etc/luna.conf')
      database = client.db(name)
      // Some sites have made names unique themselves.
      await database.collection('node').createIndex({ name: 1 }, { unique: true })
      store = makeStore(await openMongo(config(), '/etc/luna.conf', { database: name, transactions: false }))
      await store.insert('group', { name: 'g' })
    })
    afterEach(async () => {
      await store.close()
      await database.dropDatabase()
      await client.close()
    })

    /** What a command leaves that dies when its journal is valid. */
    async function leave(writes: readonly Write[], valid = true): Promise<void> {
      const lease = await Lease.take(database.collection<LeaseDocument>('luna_lease'))
      await writeJournal(database.collection<JournalPart>('luna_journal'), lease, writes)
      if (!valid) await lease.move({ journal: null })
      await lease.release()
    }

    it('has done all of it when the next one reads', async () => {
      await leave([insert('n1'), insert('n2')])
      assert.deepEqual(await names(store), ['n1', 'n2'])
      assert.equal(await database.collection('luna_journal').countDocuments(), 0)
    })

    it('leaves no empty database to readers when it dies while it replaces one', async function () {
      this.timeout(30_000)
      const lease = await Lease.take(database.collection<LeaseDocument>('luna_lease'))
      const group = { _id: new ObjectId(), name: 'new' }
      const steps = await stageReplacement(database, [
        { op: 'clear', collection: 'group' },
        { op: 'insert', collection: 'group', document: group },
      ])
      await writeJournal(database.collection<JournalPart>('luna_journal'), lease, steps)
      const [first] = steps
      assert.ok(first?.op === 'rename')
      await database.renameCollection(first.collection, first.to)
      lease.abandon()
      assert.deepEqual(await store.names('group'), ['new'])
    })

    it('has replaced a database once when only the end of its journal was missing', async () => {
      const lease = await Lease.take(database.collection<LeaseDocument>('luna_lease'))
      const steps = await stageReplacement(database, [
        { op: 'clear', collection: 'group' },
        { op: 'insert', collection: 'group', document: { _id: new ObjectId(), name: 'new' } },
      ])
      await writeJournal(database.collection<JournalPart>('luna_journal'), lease, steps)
      for (const step of steps)
        if (step.op === 'rename') await database.renameCollection(step.collection, step.to)
      await lease.release()
      assert.deepEqual(await store.names('group'), ['new'])
      await store.restore({ group: [{ _id: new ObjectId(), name: 'newer' }] })
      assert.deepEqual(await store.names('group'), ['newer'])
    })

    it('has done it once, however much was done before', async () => {
      const group = await store.getNamed('group', 'g')
      const change: Write = {
        op: 'update',
        collection: 'group',
        id: new ObjectId(group.id),
        set: { comment: 'x' },
        unset: [],
      }
      const writes = [insert('n1'), insert('n2'), change]
      await leave(writes)
      const [first] = writes
      assert.ok(first?.op === 'insert')
      await database.collection('node').insertOne({ ...first.document, status: 'meanwhile' })
      await store.insert('osimage', { name: 'next' })
      assert.deepEqual(await names(store), ['n1', 'n2'])
      assert.equal((await store.getNamed('group', 'g')).comment, 'x')
      assert.equal(await database.collection('node').countDocuments({ status: 'meanwhile' }), 1)
    })

    it('is not mixed up with parts that a restored dump brought along', async () => {
      const ghosts = [insert('ghost')].map((step) => new Binary(serialize({ steps: [step] })))
      const journals = Array.from({ length: 20 }, (_, at) => String(at + 1))
      await database
        .collection<JournalPart>('luna_journal')
        .insertMany(
          journals.flatMap((journal) =>
            ghosts.map((steps) => ({ _id: `${journal}.1`, journal, number: 1, steps })),
          ),
        )
      await leave([insert('n1'), insert('n2')])
      assert.deepEqual(await names(store), ['n1', 'n2'])
      assert.equal(await database.collection('luna_journal').countDocuments(), 0)
    })

    it('has done nothing of a journal that never became valid', async () => {
      await leave([insert('n1'), insert('n2')], false)
      await store.transaction(async (inner) => {
        await inner.insert('osimage', { name: 'one' })
        await inner.insert('osimage', { name: 'two' })
      })
      assert.deepEqual(await names(store), [])
      assert.equal(await database.collection('luna_journal').countDocuments(), 0)
    })

    it('stops nobody when what it wanted cannot be done', async () => {
      await store.insert('node', { name: 'n1' })
      await leave([insert('n1'), insert('n2')])
      await store.insert('osimage', { name: 'next' })
      await store.insert('osimage', { name: 'after' })
      assert.equal((await store.list('osimage')).length, 2)
      assert.deepEqual(await names(store), ['n1'])
    })

    it('writes nothing when another one took over meanwhile', async () => {
      const work = store.transaction(async (inner) => {
        await inner.insert('node', { name: 'n1' })
        await inner.insert('node', { name: 'n2' })
        await database
          .collection('luna_lease')
          .updateOne({}, { $inc: { fence: 1 }, $set: { owner: 'another' } })
      })
      const error = await rejectsWith('unavailable', work)
      assert.match(error.message, /another command took over/)
      assert.deepEqual(await names(store), [])
    })

    it('says taken when a program that knows no lease has made the same name', async () => {
      const work = store.transaction(async (inner) => {
        await inner.insert('node', { name: 'n1' })
        await inner.insert('node', { name: 'n2' })
        await database.collection('node').insertOne({ name: 'n1' })
      })
      await rejectsWith('taken', work)
      await database.collection('node').deleteMany({ name: 'n1' })
      assert.deepEqual(await names(store), [])
      await store.insert('osimage', { name: 'next' })
    })

    it('leaves everything as it was when the server refuses some of it', async () => {
      const [group, network] = [
        await store.getNamed('group', 'g'),
        await store.insert('network', { name: 'net' }),
      ]
      const gone = await store.insert('osimage', { name: 'os' })
      await store.link({ kind: 'group', id: group.id }, { kind: 'osimage', id: gone })
      const before = await store.dump()
      const work = store.transaction(async (tx) => {
        await tx.update('group', group.id, { name: 'other', comment: 'x' })
        await tx.insert('group', { name: 'g' })
        await tx.remove('osimage', gone)
        await tx.dropLink('uses', { kind: 'group', id: group.id }, { kind: 'osimage', id: gone })
        await tx.update('network', network, { freelist: [{ start: 3n, end: 4n }] })
        for (const name of ['n1', 'n2', 'n3']) await tx.insert('node', { name })
        await database.collection('node').insertOne({ name: 'n2' })
      })
      await rejectsWith('taken', work)
      await database.collection('node').deleteMany({ name: 'n2' })
      assert.deepEqual(await store.dump(), before)
    })
  })
}

function insert(name: string): Write {
  return { op: 'insert', collection: 'node', document: { _id: new ObjectId(), name } }
}

async function names(store: Store): Promise<string[]> {
  return (await store.list('node')).map(({ name }) => name)
}
