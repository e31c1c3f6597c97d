// A replica set of MongoDB that fails over in the middle of a command, at everything that it asks of the
// primary: the command does not fail, and does what it does once. The set is a stand-in, whose two members
// share one memory.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../lib/config.ts'
import { connectMongo } from '../../lib/store/mongo/client.ts'
import { Lease, type LeaseDocument } from '../../lib/store/mongo/lease.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { rejectsWith } from '../help.ts'
import { fillSite } from '../task/site.ts'
import { type FailOver, noMongoServer, type ReplicaSet, startReplicaSet } from './mongo-server.ts'
import { addNode, assertNodes, during, removeNode, runNodeAdd, withStore } from './mongo-set.ts'
import { mongoPlace } from './place.ts'

const ways = ['lost', 'done', 'refused'] as const

describe('a replica set of MongoDB that fails over', function () {
  this.timeout(300_000)
  let sets: ReplicaSet[] = []
  let folder = ''
  const toClose: (() => Promise<unknown>)[] = []

  before(async function () {
    // One for each way: a failover is mostly waiting.
    const started = await Promise.all(ways.map(startReplicaSet))
    sets = started.filter((set) => set !== undefined)
    if (sets.length < ways.length) {
      assert.notEqual(process.env.CI, 'true', noMongoServer)
      return this.skip()
    }
    folder = await mkdtemp(join(tmpdir(), 'luna-set-'))
  })
  afterEach(async () => {
    for (const close of toClose.splice(0)) await close()
  })
  after(async () => {
    await Promise.all(sets.map((set) => set.stop()))
    if (folder) await rm(folder, { recursive: true })
  })

  it('makes one node of luna node add, whatever is lost, done without an answer, or refused', async () => {
    await inEverySet(async (set, way) => {
      const { store, open } = await site(set)
      const add = (command: number) => during({ set, way, command }, () => withStore(open, addNode))
      const commands = await add(0)
      assert.ok(commands > 15)
      for (let command = 1; command <= commands; command++) {
        await add(command)
        await assertNodes(store, command + 1)
      }
    })
  })

  it('makes one node and removes it once without transactions too', async () => {
    await inEverySet(async (set, way, turn) => {
      const { store, open } = await site(set, false)
      for (let command = turn, last = command; command <= last; command += ways.length) {
        const added = await during({ set, way, command }, () => withStore(open, addNode))
        await assertNodes(store, 1)
        const removed = await during({ set, way, command }, () => withStore(open, removeNode))
        await assertNodes(store, 0)
        last = Math.max(added, removed)
      }
    })
  })

  it('is told apart from one that has another name: correct replicaset', async () => {
    const server = sets[0]?.config.server ?? ''
    const connecting = connectMongo({ server, replicaset: 'other', tls: false }, '/etc/luna.conf')
    const error = await rejectsWith('unavailable', connecting)
    assert.match(error.fix ?? '', /correct replicaset/)
  })

  it('reads long lists to their end', async () => {
    await inEverySet(async (set, way) => {
      const { store, open } = await site(set)
      await store.transaction(async (tx) => {
        for (let n = 1; n < 250; n++) await tx.insert('osimage', { name: `os${n}` })
      })
      const read = async (inner: Store) => assert.equal((await inner.list('osimage')).length, 250)
      const commands = await during({ set, way, command: 0 }, () => withStore(open, read))
      assert.ok(commands > 2)
      await during({ set, way, command: 3 }, () => withStore(open, read))
    })
  })

  it('lets the program luna node add end well', async () => {
    await inEverySet(async (set, way) => {
      const { store, conf } = await programSite(set, way)
      const add = (command: number) => during({ set, way, command }, () => runNodeAdd(conf))
      const commands = await add(0)
      const tried = [2, Math.round(commands / 2), commands - 3]
      for (const [at, command] of tried.entries()) {
        await add(command)
        await assertNodes(store, at + 2)
      }
    })
  })

  it('has the program wait for a primary when it starts during an election', async () => {
    await inEverySet(async (set, way) => {
      const { store, conf } = await programSite(set, way)
      await during({ set, way, command: 1, election: 3000 }, async () => {
        await Promise.all([store.list('cluster'), sleep(100).then(() => runNodeAdd(conf))])
      })
      await assertNodes(store, 1)
    })
  })

  it('takes the lease from nobody who could not move it during a long election', async () => {
    const [set] = sets
    assert.ok(set)
    const client = await connectMongo(set.config, '/etc/luna.conf')
    toClose.push(() => client.close())
    const leases = client.db('luna_long_election').collection<LeaseDocument>('luna_lease')
    await leases.insertOne({ _id: 'alone', owner: 'another', fence: 1, beat: 1 })
    const taking = Lease.take(leases)
    await sleep(200)
    await set.failOver('lost', 1, 9000)
    await sleep(10_500)
    assert.equal((await leases.findOne())?.owner, 'another')
    await leases.updateOne({}, { $set: { owner: null } })
    await (await taking).release()
  })

  function inEverySet(work: (set: ReplicaSet, way: FailOver, turn: number) => Promise<void>) {
    return Promise.all(sets.map((set, at) => work(set, ways[at] ?? 'lost', at + 1)))
  }

  /** A site in a database of its own, open, and how to open it once more. */
  async function site(set: ReplicaSet, transactions?: boolean) {
    const place = mongoPlace(set.config, transactions)
    const store = await place.open()
    toClose.push(store.close, place.remove)
    await fillSite(store)
    return { store, open: place.open }
  }

  /** A site in the database of the program, and the configuration that says so. */
  async function programSite(set: ReplicaSet, way: FailOver) {
    const { server, replicaset } = set.config
    const conf = join(folder, `${way}.conf`)
    await writeFile(conf, `[MongoDB]\nserver=${server}\nreplicaset=${replicaset}\n`)
    const store = await openStore(loadConfig({ LUNA_CONF: conf }))
    toClose.push(store.close)
    await store.drop()
    await fillSite(store)
    return { store, conf }
  }
})
