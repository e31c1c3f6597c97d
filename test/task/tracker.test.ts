import assert from 'node:assert/strict'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Peer, Store } from '../../lib/store/store.ts'
import { cacheOf } from '../../lib/task/boot/cache.ts'
import { seederId } from '../../lib/task/torrent/swarm.ts'
import { announce, scrape } from '../../lib/task/torrent/tracker.ts'
import { rejectsWith } from '../help.ts'
import { addCluster } from '../scenario/boot.ts'

const infoHash = '01'.repeat(20)
const start = Date.now()
const later = (seconds: number) => new Date(start + 1000 * seconds)

function client(port: number, fields: Partial<Peer> = {}): Peer {
  const peerId = port.toString(16).padStart(40, '0')
  const counts = { uploaded: 0, downloaded: 0, left: 0 }
  return { infoHash, ip: '10.30.0.1', port, peerId, ...counts, status: null, updated: later(0), ...fields }
}

describe('announce', () => {
  let store: Store
  beforeEach(async () => {
    store = openMemoryStore()
    await addCluster(store)
  })
  afterEach(() => store.close())

  const tell = async (peer: Peer, seconds = 0, numwant = 50) =>
    announce(store, await cacheOf(store), { peer, numwant }, later(seconds), () => 0)
  const ports = (peers: readonly Peer[]) => peers.map(({ port }) => port).sort()

  it('keeps clients with one peer id apart, and tells them of each other', async () => {
    const peerId = Buffer.from('compute-rack01-node0').toString('hex')
    await tell(client(7, { peerId, ip: '10.30.0.7' }))
    const told = await tell(client(7, { peerId, ip: '10.30.0.8' }))
    assert.deepEqual(told.peers.map(({ ip }) => ip).sort(), ['10.30.0.7', '10.30.0.8'])
  })

  it('puts a client down and tells it of everybody, itself included', async () => {
    await tell(client(1, { status: 'started', left: 9 }))
    const told = await tell(client(2, { status: 'completed' }))
    assert.deepEqual(ports(told.peers), [1, 2])
    const { interval, minInterval, complete, incomplete } = told
    assert.deepEqual(
      { interval, minInterval, complete, incomplete },
      { interval: 10, minInterval: 5, complete: 1, incomplete: 1 },
    )
  })

  it('forgets to mention who has not announced for two intervals', async () => {
    await tell(client(1, { status: 'started', left: 9 }))
    assert.deepEqual(ports((await tell(client(2), 20)).peers), [1, 2])
    const late = await tell(client(2), 21)
    assert.deepEqual([ports(late.peers), late.incomplete], [[2], 0])
  })

  it("always tells of the server's own seeders", async () => {
    await tell(client(7, { peerId: seederId }))
    await tell(client(8, { peerId: seederId, port: 0 }))
    assert.deepEqual(ports((await tell(client(2), 600)).peers), [2, 7])
  })

  it('keeps the last event of a client that gives none', async () => {
    await tell(client(1, { status: 'completed' }))
    assert.equal((await tell(client(1))).complete, 1)
  })

  it('tells of nobody when nobody is wanted', async () => {
    await tell(client(7, { peerId: seederId }))
    assert.deepEqual((await tell(client(2), 0, 0)).peers, [])
  })

  it('refuses to tell of more than the cluster allows, and puts nobody down', async () => {
    await rejectsWith('invalid', tell(client(2), 0, 201))
    assert.deepEqual(await store.peers(), [])
  })

  it('tells at once of who announced here, and a second later of who did so elsewhere', async () => {
    await tell(client(1))
    await store.announce({ ...client(2), updated: later(0.2) })
    assert.deepEqual(ports((await tell(client(3), 0.5)).peers), [1, 3])
    assert.deepEqual(ports((await tell(client(3), 1)).peers), [1, 2, 3])
  })

  it('counts a client by its last event, wherever it said that', async () => {
    const figures = async (seconds: number) => {
      const { complete, incomplete } = await tell(client(9), seconds)
      return [complete, incomplete]
    }
    await tell(client(1, { status: 'started', left: 9 }))
    assert.deepEqual(await figures(0), [0, 1])
    await tell(client(1, { status: 'completed' }), 0.1)
    await tell(client(1), 0.2)
    assert.deepEqual(await figures(0.3), [1, 0])
    await store.announce({ ...client(1, { status: 'stopped' }), updated: later(0.4) })
    assert.deepEqual(await figures(1.5), [0, 0])
  })

  it('does not count a seeder that starts among those that download', async () => {
    await tell(client(7, { peerId: seederId, status: 'started' }))
    const { complete, incomplete } = await tell(client(1, { status: 'started', left: 9 }))
    assert.deepEqual([complete, incomplete], [2, 1])
  })

  it('reads no more than what is new, however many there are', async () => {
    for (let port = 1; port <= 50; port++) await store.announce(client(port))
    let read = 0
    const real = store.peersSince
    store.peersSince = async (...args) => {
      const peers = await real(...args)
      read += peers.length
      return peers
    }
    for (let n = 0; n < 40; n++) await tell(client(1000, { ip: `10.30.1.${n}` }), 5)
    for (let n = 0; n < 40; n++) await tell(client(1000, { ip: `10.30.1.${n}` }), 6.5)
    assert(read <= 50 + 1 + 41, `${read} were read`)
    assert.equal((await tell(client(1), 6.6, 200)).peers.length, 90)
  })

  it('keeps torrents apart', async () => {
    await tell(client(1, { infoHash: '02'.repeat(20) }))
    assert.deepEqual(ports((await tell(client(2))).peers), [2])
  })
})

describe('scrape', () => {
  it('counts each torrent that is known', async () => {
    const store = openMemoryStore()
    await addCluster(store)
    const put = (port: number, status: string, fields: Partial<Peer> = {}) =>
      store.announce(client(port, { status, ...fields }))
    await put(1, 'started', { left: 9 })
    await put(2, 'completed')
    await put(3, 'completed', { updated: later(-100) })
    await put(4, 'completed', { peerId: seederId })
    const figures = await scrape(store, [infoHash, 'ff'.repeat(20)], later(0))
    assert.deepEqual([...figures], [[infoHash, { complete: 2, downloaded: 2, incomplete: 1 }]])
    await store.close()
  })
})
