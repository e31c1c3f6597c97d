// What expires: learned MAC addresses and torrent peers.
import assert from 'node:assert/strict'
import { ObjectId } from 'bson'
import { type Id, parseId } from '../../lib/object/field.ts'
import type { Learned, Peer } from '../../lib/store/store.ts'
import { ttl } from '../../lib/store/store.ts'
import { mac } from '../help.ts'
import type { Scene } from './contract.ts'

const sw = parseId('0123456789abcdef01234567') as Id
const infoHash = '0102030405060708090a0b0c0d0e0f1011121314'

function seen(more: Partial<Learned>): Learned {
  return { switch: sw, mac: mac(1), port: '5', portname: 'Gi1/0/5', updated: new Date(0), ...more }
}

function peer(more: Partial<Peer>): Peer {
  const size = { uploaded: 1, downloaded: 2, left: 3 }
  return {
    infoHash,
    ip: '10.30.0.1',
    port: 6881,
    peerId: 'ab'.repeat(20),
    ...size,
    status: null,
    updated: new Date(0),
    ...more,
  }
}

export function expiringContract(scene: () => Scene): void {
  describe('learned MAC addresses', () => {
    it('gives those of one address or all, newest first, and the newest time of each place', async () => {
      const { store, wait, now } = scene()
      await store.learn([seen({ updated: now() }), seen({ mac: mac(2), updated: now() })])
      wait(1000)
      await store.learn([seen({ port: '6', updated: now() })])
      assert.deepEqual(
        (await store.learned(mac(1))).map(({ port }) => port),
        ['6', '5'],
      )
      wait(1000)
      await store.learn([seen({ updated: now() })])
      const all = await store.learned()
      assert.deepEqual(
        all.map(({ port, mac: address }) => `${address} ${port}`),
        [`${mac(1)} 5`, `${mac(1)} 6`, `${mac(2)} 5`],
      )
      assert.deepEqual(all[0], seen({ updated: now() }))
    })

    it('and peers that two writers recorded at the same moment count once, as of the newer', async () => {
      const { store, now } = scene()
      const later = new Date(now().getTime() + 1000)
      await store.learn([seen({ updated: now() })])
      await store.announce(peer({ updated: now() }))
      const { switch_mac = [], tracker = [] } = await store.dump()
      const again = (one: object) => ({ ...one, _id: new ObjectId(), updated: later })
      await store.restore({
        switch_mac: [...switch_mac, ...switch_mac.map(again)],
        tracker: [...tracker, ...tracker.map(again)],
      })
      assert.deepEqual(await store.learned(mac(1)), [seen({ updated: later })])
      assert.deepEqual(await store.peers(infoHash), [peer({ updated: later })])
      assert.deepEqual(await store.peersSince(infoHash, now()), [peer({ updated: later })])
    })

    it('forgets after its time, and when told', async () => {
      const { store, wait, now } = scene()
      await store.learn([seen({ updated: now() })])
      wait(ttl.learned - 1)
      assert.equal((await store.learned()).length, 1)
      await store.learn([seen({ mac: mac(2), updated: now() })])
      wait(1)
      assert.deepEqual(
        (await store.learned()).map((one) => one.mac),
        [mac(2)],
      )
      await store.forget(mac(2))
      assert.deepEqual(await store.learned(), [])
    })

    it('gives those of one port of a switch, by its number', async () => {
      const { store, wait, now } = scene()
      const other = parseId('0123456789abcdef01234568') as Id
      const elsewhere = [seen({ port: '55', updated: now() }), seen({ switch: other, updated: now() })]
      await store.learn([seen({ updated: now() }), ...elsewhere])
      wait(1000)
      await store.learn([seen({ mac: mac(2), updated: now() })])
      const there = async () => (await store.learnedAt(sw, '5')).map((one) => one.mac)
      assert.deepEqual(await there(), [mac(2), mac(1)])
      await store.forget(mac(2))
      assert.deepEqual(await there(), [mac(1)])
      wait(ttl.learned)
      assert.deepEqual(await there(), [])
    })

    it('sweeps what is too old out of the database', async () => {
      const { store, wait, now } = scene()
      await store.learn([seen({ updated: now() })])
      wait(ttl.learned + 60_000)
      await store.learn([seen({ mac: mac(2), updated: now() })])
      assert.equal((await store.dump()).switch_mac?.length, 1)
    })
  })

  describe('torrent peers', () => {
    it('puts a peer down over what the same hash, address and port had said', async () => {
      const { store, now } = scene()
      await store.announce(peer({ status: 'started', updated: now() }))
      await store.announce(peer({ left: 0, updated: now() }))
      await store.announce(peer({ port: 6882, updated: now() }))
      const peers = await store.peers(infoHash)
      assert.equal(peers.length, 2)
      assert.deepEqual(
        peers.find(({ port }) => port === 6881),
        peer({ left: 0, status: 'started', updated: now() }),
      )
    })

    it('gives the peers of one torrent, or of all', async () => {
      const { store, now } = scene()
      await store.announce(peer({ updated: now() }))
      await store.announce(peer({ infoHash: 'f'.repeat(40), updated: now() }))
      assert.equal((await store.peers(infoHash)).length, 1)
      assert.equal((await store.peers()).length, 2)
    })

    it('gives the newest record of a client, until its time is over', async () => {
      const { store, wait, now } = scene()
      await store.announce(peer({ ip: '10.30.0.2', updated: now() }))
      wait(10)
      await store.announce(peer({ updated: now() }))
      assert.equal((await store.peerNamed('ab'.repeat(20)))?.ip, '10.30.0.1')
      assert.equal(await store.peerNamed('cd'.repeat(20)), undefined)
      wait(ttl.peers)
      assert.equal(await store.peerNamed('ab'.repeat(20)), undefined)
      assert.deepEqual(await store.peers(), [])
    })

    it('takes numbers of any size', async () => {
      const { store, now } = scene()
      const big = peer({ uploaded: 2 ** 40, left: 2 ** 33, updated: now() })
      await store.announce(big)
      assert.deepEqual(await store.peers(), [big])
    })

    it('can be written in a unit of work, and seen there', async () => {
      const { store, now } = scene()
      await store.transaction(async (inner) => {
        await inner.announce(peer({ status: 'started', updated: now() }))
        await inner.announce(peer({ updated: now() }))
        await inner.learn([seen({ updated: now() })])
        assert.equal((await inner.peers(infoHash))[0]?.status, 'started')
        await inner.forget(mac(1))
        assert.deepEqual(await inner.learned(mac(1)), [])
      })
      assert.equal((await store.peers()).length, 1)
    })
  })
}
