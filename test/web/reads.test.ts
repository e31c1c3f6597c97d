// What requests of nodes ask of the engine, whichever it is: one small read while nothing has changed, and
// one batch of writes. What another process changed is there at the next request all the same.
import assert from 'node:assert/strict'
import type { Backend } from '../../lib/store/backend.ts'
import { makeStore } from '../../lib/store/make-store.ts'
import type { Store } from '../../lib/store/store.ts'
import { mac } from '../help.ts'
import { fillBoot } from '../scenario/boot.ts'
import { type MongoServer, noMongoServer, startMongoServer } from '../store/mongo-server.ts'
import { engineAt, filePlace, mongoPlace, type Place } from '../store/place.ts'
import { type Asking, asking } from './ask.ts'

const hash = '%01%02%03%04%05%06%07%08%09%10%11%12%13%14%15%16%17%18%19%20'
const own = [{ kind: 'link', macs: [mac(1)] }] as const
const asks = {
  discovery: `/luna?step=discovery&hwdata=${encodeURIComponent(`serial|${mac(1)}|${mac(99)}`)}`,
  'an install script': '/luna?step=install&node=node001',
  'an announce': `/announce?info_hash=${hash}&peer_id=aaaaaaaaaaaaaaaaaaaa&port=7052`,
}

describe('requests of nodes, embedded store', () => suite(filePlace))

describe('requests of nodes, MongoDB', () => {
  let server: MongoServer | undefined
  before(async function () {
    this.timeout(300_000)
    server = await startMongoServer()
    if (!server && process.env.CI) throw new Error(noMongoServer)
    if (!server) this.skip()
  })
  after(() => server?.stop())
  suite(() => mongoPlace(server?.config ?? { server: 'not started', tls: false }))
})

function suite(makePlace: () => Place): void {
  let place: Place
  let store: Store
  let other: Store
  let web: Asking
  let scene: Awaited<ReturnType<typeof fillBoot>>
  const asked: string[] = []
  beforeEach(async () => {
    place = makePlace()
    if (!place.address) throw new Error('only one process can open it')
    other = await place.open()
    scene = await fillBoot(other)
    const { id } = await other.getNamed('osimage', 'compute')
    await other.update('osimage', id, { kernfile: 'k', initrdfile: 'i', torrent: 'to-rr', tarball: 'ta-rr' })
    store = makeStore(noting(await engineAt(place.address), asked))
    web = asking(
      () => Promise.resolve(store),
      () => own[0],
    )
  })
  afterEach(async () => {
    await store.close()
    await other.close()
    await place.remove()
  })
  const script = async (node: string) => (await web.ask(`/luna?step=install&node=${node}`)).status
  const found = async (number: number) => {
    const { status, body } = await web.ask(`/luna?step=discovery&hwdata=serial|${mac(number)}`)
    return status === 200 ? /luna\.node=(\S+)/.exec(body)?.[1] : status
  }

  for (const [what, url] of Object.entries(asks)) {
    it(`take one read and one batch of writes: ${what}`, async () => {
      assert.equal((await web.ask(url)).status, 200)
      asked.length = 0
      assert.equal((await web.ask(url)).status, 200)
      assert.deepEqual(asked, ['find luna_version', what === 'an announce' ? 'apply tracker' : 'apply node'])
    })

    it(`share them when they come at the same time: ${what}`, async () => {
      await web.ask(url)
      asked.length = 0
      await Promise.all(Array.from({ length: 20 }, () => web.ask(url)))
      assert.equal(asked.filter((one) => one.startsWith('find')).length, 1)
      assert.equal(asked.filter((one) => one.startsWith('apply')).length, 1)
    })
  }

  it('see the MAC address that another process gave to another node', async () => {
    assert.equal(await found(1), 'node001')
    await other.setMac(scene.node002, mac(1))
    assert.equal(await found(1), 'node002')
    await other.clearMac(scene.node002)
    assert.equal(await found(1), 404)
    await other.setAlso(scene.node001, [mac(1)])
    assert.equal(await found(1), 'node001')
  })

  it('see the address of a card that had none', async () => {
    assert.equal(await found(5), 404)
    await other.setMac(scene.node001, mac(5))
    assert.equal(await found(5), 'node001')
  })

  it('see a node that another process renamed, changed and removed', async () => {
    assert.equal(await script('node001'), 200)
    await other.update('node', scene.node001, { name: 'first' })
    assert.deepEqual([await script('node001'), await script('first'), await found(1)], [400, 200, 'first'])
    await other.update('node', scene.node001, { localboot: true })
    assert.equal(await found(1), undefined)
    await other.remove('node', scene.node001)
    assert.deepEqual([await script('first'), await found(1)], [400, 404])
  })

  it('judge a report by the step that another process has put down', async () => {
    const report = async () => (await web.ask('/luna?step=install&node=node001&status=install.unpack')).status
    assert.equal(await script('node001'), 200)
    assert.equal(await report(), 200)
    await other.setStatus(scene.node001, { step: 'install.success', time: new Date() })
    assert.equal(await report(), 403)
  })

  it('see after half a minute what another program changed', async () => {
    assert.equal(await found(1), 'node001')
    if (!place.address) return
    const engine = await engineAt(place.address)
    const [node] = await engine.find('node', { name: 'node001' })
    await engine.apply([
      { op: 'update', collection: 'node', id: node?._id, set: { localboot: true }, unset: [] },
    ])
    await engine.close()
    const clock = performance.now
    performance.now = () => clock.call(performance) + 30_001
    try {
      assert.equal(await found(1), undefined)
    } finally {
      performance.now = clock
    }
  })
}

/** Notes what the engine is asked for. */
function noting(engine: Backend, asked: string[]): Backend {
  return {
    where: engine.where,
    find: (collection, where, part) => {
      asked.push(`find ${collection}`)
      return engine.find(collection, where, part)
    },
    some: (collection, ids, part) => {
      asked.push(`some ${collection}`)
      return engine.some(collection, ids, part)
    },
    since: (collection, where, time) => {
      asked.push(`since ${collection}`)
      return engine.since(collection, where, time)
    },
    apply: (writes) => {
      asked.push(`apply ${[...new Set(writes.map(({ collection }) => collection))].join(' ')}`)
      return engine.apply(writes)
    },
    collections: () => engine.collections(),
    exclusive: (work) => engine.exclusive(work),
    setUnique: (collection, unique) => engine.setUnique(collection, unique),
    advice: () => engine.advice(),
    close: () => engine.close(),
  }
}
