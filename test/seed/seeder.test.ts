// What the seeder offers and removes, with a swarm that only keeps a list, and a clock of the test's own.
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createdBy } from '../../lib/host/image/metainfo.ts'
import type { Log } from '../../lib/log.ts'
import type { TorrentClient } from '../../lib/seed/client.ts'
import { Seeder } from '../../lib/seed/seeder.ts'
import { gracePeriod, type SeedPlan } from '../../lib/task/torrent/seed-plan.ts'
import { type Place, temporaryPlace } from '../host/small-image.ts'
import { openTracker, type Tracker } from './tracker.ts'

const uuid = (digit: string) => `${digit.repeat(8)}-0000-0000-0000-000000000000`
const torrent = (digit: string) => `${uuid(digit)}.torrent`
const tarball = (digit: string) => `${uuid(digit)}.tgz`
const start = 1_000_000

describe('Seeder', () => {
  let place: Place
  let tracker: Tracker
  let swarm: ListSwarm
  let seeder: Seeder
  let events: string[]
  beforeEach(async () => {
    place = temporaryPlace()
    tracker = await openTracker()
    swarm = listSwarm()
    events = []
    seeder = new Seeder(swarm, logTo(events))
  })
  afterEach(async () => {
    await tracker.close()
    place.remove()
  })

  const follow = (used: string[], now = start) => seeder.follow(plan(used), now)

  it('offers every torrent that is there, and tells the tracker', async () => {
    pack('1')
    pack('2')
    await follow([torrent('1'), tarball('1'), torrent('2'), tarball('2')])
    assert.deepEqual(swarm.list, [torrent('1'), torrent('2')])
    assert.equal(tracker.announces.length, 2)
  })

  it('offers one once, however often it looks', async () => {
    pack('1')
    await follow([torrent('1')])
    await follow([torrent('1')])
    assert.deepEqual(events, ['seeding started'])
  })

  it('withdraws one whose file has gone, and takes leave of the tracker', async () => {
    pack('1')
    await follow([torrent('1')])
    writeFileSync(join(place.path, torrent('1')), 'damaged')
    await follow([torrent('1')])
    assert.deepEqual(swarm.list, [])
    assert.equal(tracker.announces.at(-1)?.get('event'), 'stopped')
  })

  it('goes on with the others when one cannot be offered', async () => {
    pack('1')
    pack('2')
    swarm.refuse(torrent('1'))
    await follow([torrent('1'), torrent('2')])
    assert.deepEqual([swarm.list, events], [[torrent('2')], ['torrent not seeded', 'seeding started']])
  })

  it('goes on offering what is not used, and removes it when nobody wants it any more', async () => {
    pack('1')
    pack('2')
    await follow([torrent('2')])
    swarm.uploaded(torrent('1'), start + 1000)
    await follow([torrent('2')], start + gracePeriod.soft)
    assert.deepEqual(swarm.list, [torrent('1'), torrent('2')])
    await follow([torrent('2')], start + 1000 + gracePeriod.soft)
    assert.deepEqual(swarm.list, [torrent('2')])
    assert.deepEqual(files(), [tarball('2'), torrent('2')].sort())
  })

  it('removes a tarball that no torrent and no image knows', async () => {
    writeFileSync(join(place.path, tarball('3')), 'x')
    await follow([])
    assert.deepEqual(files(), [tarball('3')])
    await follow([], start + gracePeriod.soft)
    assert.deepEqual(files(), [])
  })

  it('never removes what is not named as pack names files', async () => {
    for (const name of ['notes', 'x.torrent', 'x.tgz', '.draft-1']) writeFileSync(join(place.path, name), '')
    await follow([])
    await follow([], start + gracePeriod.hard)
    assert.equal(files().length, 4)
  })

  function pack(digit: string): void {
    writeFileSync(join(place.path, tarball(digit)), '12345')
    const text = (value: string) => `${value.length}:${value}`
    const info = `d6:lengthi5e4:name${text(tarball(digit))}12:piece lengthi262144e6:pieces20:${'x'.repeat(20)}e`
    writeFileSync(join(place.path, torrent(digit)), `d10:created by${text(createdBy)}4:info${info}e`)
  }

  function plan(used: string[]): SeedPlan {
    return {
      folder: place.path,
      announce: tracker.url,
      interval: 10,
      address: '127.0.0.1',
      networks: [],
      heads: [],
      used: new Set(used),
    }
  }

  function files(): string[] {
    return readdirSync(place.path).sort()
  }
})

interface ListSwarm extends TorrentClient {
  readonly list: string[]
  refuse(file: string): void
  uploaded(file: string, when: number): void
}

function listSwarm(): ListSwarm {
  const list: string[] = []
  const refused = new Set<string>()
  const uploads = new Map<string, number>()
  return {
    ...{ port: 7052, list },
    serve: () => undefined,
    refuse: (file) => void refused.add(file),
    uploaded: (file, when) => void uploads.set(file, when),
    offer: async (_folder, { file }) => {
      if (refused.has(file)) throw new Error('no')
      list.push(file)
    },
    withdraw: async (file) => void list.splice(list.indexOf(file), 1),
    offered: () =>
      list.map((file) => ({
        file,
        tarball: '',
        infoHash: file.slice(0, 8).repeat(5),
        uploaded: 0,
        peers: 0,
      })),
    lastUpload: (file) => uploads.get(file),
    close: async () => undefined,
  }
}

function logTo(events: string[]): Log {
  const put = (event: string) => void events.push(event)
  return { debug: put, info: put, warning: put, error: put }
}
