import assert from 'node:assert/strict'
import type { Peer, Store } from '../../lib/store/store.ts'
import { choosePeers, countPeers, PeerCache, seederId } from '../../lib/task/torrent/peer-cache.ts'

const start = Date.now()
const later = (seconds: number) => new Date(start + 1000 * seconds)

function client(port: number, fields: Partial<Peer> = {}): Peer {
  const peerId = port.toString(16).padStart(40, '0')
  const counts = { uploaded: 0, downloaded: 0, left: 0 }
  const address = { infoHash: '01'.repeat(20), ip: '10.30.0.1', port, peerId }
  return { ...address, ...counts, status: null, updated: later(0), ...fields }
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
    return new PeerCache({ version: async () => '1', peersSince } as unknown as Store)
  }

  it('waits for what is new of a few', async () => {
    const swarms = swarmsOver([Promise.resolve(many(2)), Promise.resolve([client(9)])])
    assert.equal((await swarms.with(own, 10, later(0))).fresh.length, 3)
    assert.equal((await swarms.with(own, 10, later(2))).fresh.length, 4)
  })

  it('answers with what it knows of a crowd while it reads what is new', async () => {
    const swarms = swarmsOver([Promise.resolve(many(1500)), never])
    await swarms.with(own, 10, later(0))
    assert.equal((await swarms.with(own, 10, later(2))).fresh.length, 1501)
  })
})
