import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import { dbVersion } from '../../lib/object/cluster.ts'
import { networkText } from '../../lib/object/net/served.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import { gracePeriod, type Offer, planSweep, seedPlan, usedFiles } from '../../lib/task/torrent/seed-plan.ts'

const offer: Offer = { files: ['t.torrent', 'b.tgz'] }
const start = 1_000_000

describe('seedPlan', () => {
  it('takes folder, tracker and files in use from the store', async () => {
    const store = openMemoryStore()
    await store.insert('cluster', {
      name: 'general',
      path: '/opt/luna',
      frontend_address: '127.0.0.1',
      db_version: dbVersion,
    })
    await store.insert('osimage', { name: 'packed', tarball: 'b', torrent: 't' })
    await store.insert('osimage', { name: 'new' })
    const { networks, heads, ...plan } = await seedPlan(store)
    assert.deepEqual([...networks, ...heads].map(networkText), [
      '127.0.0.0/8',
      '::1',
      '127.0.0.0/8',
      '::1',
      '127.0.0.1',
    ])
    assert.deepEqual(plan, {
      folder: '/opt/luna/torrents',
      announce: 'http://127.0.0.1:7050/announce',
      interval: 10,
      address: '127.0.0.1',
      used: new Set(['b.tgz', 't.torrent']),
    })
    await store.close()
  })

  it('takes the torrents of /opt/luna where the cluster has no path', async () => {
    const store = openMemoryStore()
    await store.insert('cluster', { name: 'general', path: null, db_version: dbVersion })
    assert.equal((await seedPlan(store)).folder, '/opt/luna/torrents')
    await store.close()
  })

  it('names the address of this head where the frontend address is elsewhere', async () => {
    const store = openMemoryStore()
    const cluster_ips = '192.0.2.1, 127.0.0.1'
    await store.insert('cluster', {
      name: 'general',
      frontend_address: '192.0.2.9',
      cluster_ips,
      db_version: dbVersion,
    })
    assert.equal((await seedPlan(store)).address, '127.0.0.1')
    await store.close()
  })

  it('does not take an empty store for one in which nothing is used', async () => {
    const store = openMemoryStore()
    await assert.rejects(seedPlan(store), (error) => error instanceof LunaError && error.code === 'not-found')
    await store.close()
  })
})

describe('usedFiles', () => {
  it('knows no files of an image that is not packed', () => {
    assert.deepEqual(usedFiles([{ tarball: null, torrent: '' }]), new Set())
  })
})

describe('planSweep', () => {
  const none = () => undefined
  const sweep = (used: string[], since: number | undefined, uploaded: number | undefined, now: number) =>
    planSweep(
      [offer],
      new Set(used),
      new Map(since === undefined ? [] : [['t.torrent', since]]),
      () => uploaded,
      now,
    )

  const rows: [string, Parameters<typeof sweep>, { unused: number | undefined; removed: boolean }][] = [
    [
      'keeps what is used, for ever',
      [['t.torrent'], undefined, undefined, start],
      { unused: undefined, removed: false },
    ],
    [
      'keeps both when only the tarball is used',
      [['b.tgz'], start, undefined, start + gracePeriod.hard],
      { unused: undefined, removed: false },
    ],
    [
      'remembers when it first saw it unused',
      [[], undefined, undefined, start],
      { unused: start, removed: false },
    ],
    [
      'waits before the soft limit',
      [[], start, undefined, start + gracePeriod.soft - 1],
      { unused: start, removed: false },
    ],
    [
      'removes at the soft limit',
      [[], start, undefined, start + gracePeriod.soft],
      { unused: undefined, removed: true },
    ],
    [
      'waits while somebody downloads',
      [[], start, start + 500_000, start + gracePeriod.soft],
      { unused: start, removed: false },
    ],
    [
      'removes when the last one has gone for the soft limit',
      [[], start, start + 500_000, start + 500_000 + gracePeriod.soft],
      { unused: undefined, removed: true },
    ],
    [
      'removes at the hard limit, whoever downloads',
      [[], start, start + gracePeriod.hard, start + gracePeriod.hard],
      { unused: undefined, removed: true },
    ],
    [
      'counts from when it became unused, not from an upload long before',
      [[], start, 5, start + 1000],
      { unused: start, removed: false },
    ],
  ]
  for (const [title, args, expected] of rows)
    it(title, () => {
      const { unused, remove } = sweep(...args)
      assert.deepEqual({ unused: unused.get('t.torrent'), removed: remove.includes(offer) }, expected)
    })

  it('forgets that something was unused when it is used again', () => {
    const again = sweep(['t.torrent'], start, undefined, start + 1).unused
    assert.deepEqual(planSweep([offer], new Set(), again, none, start + gracePeriod.hard).remove, [])
  })
})
