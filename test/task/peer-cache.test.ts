import assert from 'node:assert/strict'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Peer, Store } from '../../lib/store/store.ts'
import { PeerCache } from '../../lib/task/torrent/peer-cache.ts'
import { choosePeers, Swarm, seederId } from '../../lib/task/torrent/swarm.ts'

const start = Date.now()
const later = (seconds: number) => new Date(start + 1000 * seconds)
const asking = (seconds: number, version = '1') => ({ interval: 10, version, now: later(seconds) })

function client(port: number, fields: Partial<Peer> = {}): Peer {
  const peerId = port.toString(16).padStart(40, '0')
  const counts = { uploaded: 0, downloaded: 0, left: 0 }
  const address = { infoHash: '01'.repeat(20), ip: '10.30.0.1', port, peerId }
  return { ...address, ...counts, status: null, updated: later(0), ...fields }
}

function countPeers(peers: readonly Peer[], interval: number, now: Date): Swarm {
  const swarm = new Swarm()
  swarm.remember(peers)
  swarm.recount(3_600_000, interval, now)
  return swarm
}

describe('choosePeers', () => {
  const peers = [1, 2, 3, 4, 5].map((port) => client(port, port === 5 ? { peerId: seederId } : {}))
  const swarm = countPeers(peers, 10, later(100))

  it('gives the seeders first and fills up with others', () => {
    const all = countPeers(peers, 10, later(0))
    assert.deepEqual(
      choosePeers(all, 1, () => 0).map(({ port }) => port),
      [5],
    )
    assert.equal(choosePeers(all, 3, () => 0.99).length, 3)
    assert.equal(choosePeers(all, 50, () => 0.5).length, 6)
  })

  it('knows only the seeders when all others are old', () => {
    assert.deepEqual(
      choosePeers(swarm, 50, () => 0).map(({ port }) => port),
      [5],
    )
  })

  it('gives nobody twice, whatever chance says, but a fresh seeder', () => {
    const others = countPeers(peers.slice(0, 4), 10, later(0))
    for (const chance of [0, 0.3, 0.7, 0.999999]) {
      const chosen = choosePeers(others, 3, () => chance)
      assert.equal(new Set(chosen).size, 3, String(chance))
    }
  })

  it('can give everybody', () => {
    const others = countPeers(peers.slice(0, 4), 10, later(0))
    const firsts = [0, 0.25, 0.5, 0.75].map((chance) => choosePeers(others, 1, () => chance)[0]?.port)
    assert.deepEqual(firsts, [1, 2, 3, 4])
  })

  it('gives everybody the same chance', () => {
    const others = countPeers(peers.slice(0, 4), 10, later(0))
    const times = new Map<number, number>()
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 3; b++) {
        const chances = [a / 4, b / 3]
        for (const { port } of choosePeers(others, 2, () => chances.shift() ?? 0))
          times.set(port, (times.get(port) ?? 0) + 1)
      }
    }
    assert.deepEqual([...times.values()], [6, 6, 6, 6])
  })
})

describe('PeerCache', () => {
  const own = client(1)
  const many = (count: number) => Array.from({ length: count }, (_, at) => client(at + 2))
  const never = new Promise<Peer[]>(() => {})

  /** Gives these answers, one after the other, to who reads what others put down. */
  function swarmsOver(answers: Promise<Peer[]>[]): PeerCache {
    const peersSince = () => answers.shift() ?? never
    return new PeerCache({ peersSince } as unknown as Store)
  }

  it('waits for what is new of a few', async () => {
    const swarms = swarmsOver([Promise.resolve(many(2)), Promise.resolve([client(9)])])
    assert.equal((await swarms.with(own, asking(0))).peers.fresh.length, 3)
    assert.equal((await swarms.with(own, asking(2))).peers.fresh.length, 4)
  })

  it('answers with what it knows of a crowd while it reads what is new', async () => {
    const swarms = swarmsOver([Promise.resolve([own, ...many(1500)]), never])
    await swarms.with(own, asking(0))
    assert.equal((await swarms.with(own, asking(2))).peers.fresh.length, 1501)
  })

  it('knows all of another version, whatever is read of the former one meanwhile', async () => {
    let done: (peers: Peer[]) => void = () => {}
    const slow = new Promise<Peer[]>((resolve) => {
      done = resolve
    })
    const swarms = swarmsOver([Promise.resolve(many(3)), slow, Promise.resolve(many(3))])
    await swarms.with(own, asking(0))
    const former = swarms.with(own, asking(2))
    const next = swarms.with(own, asking(2, '2'))
    done([])
    assert.deepEqual([(await former).peers.fresh.length, (await next).peers.fresh.length], [4, 4])
    assert.equal((await swarms.with(own, asking(2.5, '2'))).peers.fresh.length, 4)
  })

  describe('keeps no more than', () => {
    let store: Store
    let swarms: PeerCache
    beforeEach(() => {
      store = openMemoryStore()
      swarms = new PeerCache(store)
    })
    afterEach(() => store.close())
    const recorded = async (peer: Peer, seconds = 0) => {
      const own = { ...peer, updated: later(seconds) }
      return (await swarms.with(own, asking(seconds, (await store.versions()).objects))).recorded
    }

    it('eight endpoints of one address for ten minutes', async () => {
      for (let port = 1; port <= 8; port++) assert.equal(await recorded(client(port)), true)
      assert.equal(await recorded(client(9)), false)
      assert.equal(await recorded(client(9, { ip: '10.30.0.2' })), true)
      assert.equal(await recorded(client(8), 5), true)
      assert.equal(await recorded(client(9), 601), true)
    })

    it('a thousand peers of a torrent, or twice as many as there are nodes', async () => {
      const at = (n: number) => client(7, { ip: `10.30.${n >> 8}.${n & 255}` })
      for (let n = 0; n < 1000; n++) assert.equal(await recorded(at(n)), true)
      assert.equal(await recorded(at(1000)), false)
      assert.equal(await recorded(at(999)), true)
      for (let n = 0; n < 501; n++) await store.insert('node', { name: `node${n}` })
      await swarms.with(at(1), asking(1, (await store.versions()).objects))
      assert.equal(await recorded(at(1000), 1), true)
    })

    it('fifty torrents that no head seeds, and five of one address', async () => {
      const hash = (n: number) => n.toString(16).padStart(40, '0')
      const made = (n: number, ip: string) => recorded(client(7, { infoHash: hash(n), ip }))
      for (let n = 0; n < 5; n++) assert.equal(await made(n, '10.30.0.66'), true)
      assert.equal(await made(5, '10.30.0.66'), false)
      for (let n = 5; n < 50; n++) assert.equal(await made(n, `10.30.1.${n}`), true)
      assert.equal(await made(50, '10.30.2.1'), false)
      await store.announce(client(7052, { infoHash: hash(51), ip: '10.30.255.254', peerId: seederId }))
      assert.equal(await made(51, '10.30.2.1'), true)
      assert.equal(await recorded(client(7052, { infoHash: hash(52), peerId: seederId })), true)
    })

    it('nothing of what somebody only asks for', async () => {
      for (let n = 0; n < 100; n++)
        assert.equal(await swarms.scraped(n.toString(16).padStart(40, 'f'), asking(0)), undefined)
      assert.equal(await recorded(client(1)), true)
    })
  })

  it('reads nothing of what it knows for a scrape', async () => {
    let reads = 0
    const peersSince = async () => {
      reads++
      return many(1500)
    }
    const swarms = new PeerCache({ peersSince } as unknown as Store)
    await swarms.with(own, asking(0))
    for (let n = 0; n < 100; n++) await swarms.scraped(own.infoHash, asking(0.5))
    assert.equal(reads, 1)
  })
})
