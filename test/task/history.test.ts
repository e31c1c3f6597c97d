// The boots of a node, and one of them beside its group.
import assert from 'node:assert/strict'
import { bootsTable, timelineText } from '../../lib/cli/table/history-table.ts'
import type { Id } from '../../lib/object/field.ts'
import type { BootEvent } from '../../lib/object/record/boot.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { bootsOf, timelineOf } from '../../lib/task/record/history.ts'
import { BootRecorder } from '../../lib/task/record/recorder.ts'
import { peerIdOf } from '../../lib/task/show/progress.ts'
import { mac, rejectsWith } from '../help.ts'

type Seen = readonly [step: string, seconds: number, more?: Partial<BootEvent>]

describe('history of a node', () => {
  let store: Store
  let nodes: Id[]
  beforeEach(async () => {
    store = openMemoryStore({ now: () => new Date(100_000) })
    const group = await store.insert('group', { name: 'compute' })
    nodes = []
    for (const name of ['a', 'b', 'c', 'd']) nodes.push(await store.insert('node', { name, group }))
  })
  afterEach(() => store.close())

  async function seen(which: number, events: readonly Seen[]) {
    const node = nodes[which]
    assert.ok(node)
    const recorder = new BootRecorder(async () => store)
    recorder.add(events.map(([step, seconds, more]) => ({ node, step, time: seconds * 1000, ...more })))
    await recorder.flush()
  }
  const usual: readonly Seen[] = [
    ['boot.request', 0],
    ['install.request', 20],
    ['install.download', 25],
    ['install.success', 65],
  ]

  it('has its boots, newest first, with how each ended', async () => {
    await seen(0, usual)
    const failure = { step: 'install.partscript', line: 'no\x1b[2Jdisk' }
    await seen(0, [
      ['boot.request', 5000, { image: 'compute' }],
      ['install.error.partscript', 5010, { failure }],
    ])
    const boots = await bootsOf(store, 'a')
    assert.deepEqual(
      boots.map(({ boot, outcome, seconds, image, error }) => [boot, outcome, seconds, image, error]),
      [
        [2, 'failed', 10, 'compute', 'no\x1b[2Jdisk'],
        [1, 'installed', 65, null, null],
      ],
    )
    assert.match(
      bootsTable(boots),
      /\| 2 +\|.*failed +\| install.error.partscript +\| compute +\| no\\x1b\[2Jdisk/,
    )
  })

  it('shows one boot step by step, and marks what takes long beside its group', async () => {
    const asker = { address: '10.30.0.1', mac: mac(1), by: 'port', at: 'sw01 port 7' } as const
    for (const which of [1, 2, 3]) await seen(which, usual)
    await seen(0, [
      ['boot.request', 0, { asker }],
      ['install.request', 21],
      ['install.download', 26],
      ['install.success', 126],
    ])
    const timeline = await timelineOf(store, 'a', 1)
    assert.deepEqual(
      timeline.steps.map(({ step, seconds, share, median, slow }) => [step, seconds, share, median, slow]),
      [
        ['boot.request', 21, 17, 20, false],
        ['install.request', 5, 4, 5, false],
        ['install.download', 100, 79, 40, true],
        ['install.success', null, null, null, false],
      ],
    )
    const text = timelineText('a', timeline)
    assert.match(text, /known by its switch port \(sw01 port 7\)/)
    assert.match(text, /install.download +\|.*1 min 40 s +\| 79 % +\| 40 s +\| slow/)
  })

  it('has the last lines of what failed, for the last boot only', async () => {
    await seen(0, [
      ['boot.request', 0],
      ['install.error.unpack', 9],
    ])
    const [node] = nodes
    assert.ok(node)
    await store.keepReport(node, { step: 'install.unpack', time: 9000, lines: ['tar: short', 'read'] })
    assert.match(timelineText('a', await timelineOf(store, 'a')), /had to say:\n {2}tar: short\n {2}read\n/)
    await seen(0, [['boot.request', 9999]])
    assert.deepEqual((await timelineOf(store, 'a')).lines, [])
    assert.deepEqual((await timelineOf(store, 'a', 1)).lines, [])
  })

  const announced = async (ip: string, host: string, second: number, done: number, left: number) =>
    await store.announce({
      ...{ infoHash: 'a'.repeat(40), ip, port: 7052, status: 'started', uploaded: 0 },
      ...{ peerId: peerIdOf(host, '-'), downloaded: done, left, updated: new Date(second * 1000) },
    })
  const byTorrent: readonly Seen[] = [
    ['boot.request', 0, { asker: { address: '10.30.0.1', by: 'mac' } }],
    ['boot.kernel', 1, { bytes: 9_000_000, seconds: 0.3 }],
    ['install.download', 20],
    ['install.unpack', 60],
    ['install.success', 70],
  ]
  const downloadOf = async () => {
    const { steps } = await timelineOf(store, 'a')
    const all = steps.filter(({ step }) => step === 'install.download')
    return all.map(({ bytes, rate, seconds }) => [bytes, rate, seconds])
  }

  it('says how much was downloaded by BitTorrent, and how fast, as the client told the tracker', async () => {
    await announced('10.30.0.1', 'a', 25, 300_000_000, 700_000_000)
    await seen(0, byTorrent)
    assert.deepEqual(await downloadOf(), [[1_000_000_000, 25_000_000, 40]])
    const text = timelineText('a', await timelineOf(store, 'a'))
    assert.match(text, /\| install\.download \(1\.0 GB, 25 MB\/s\) +\|/)
    assert.match(text, /\| boot\.kernel \(9\.0 MB, 30 MB\/s\) +\|/)
  })

  it('knows the client of a node whose name is cut by its address', async () => {
    const name = 'a-name-that-is-longer-than-a-peer-id'
    const [node] = nodes
    assert.ok(node)
    await store.update('node', node, { name })
    await announced('10.30.0.2', name, 26, 1, 1)
    await announced('10.30.0.1', name, 25, 500_000_000, 0)
    await seen(0, byTorrent)
    const { steps } = await timelineOf(store, name)
    assert.equal(steps.find(({ step }) => step === 'install.download')?.bytes, 500_000_000)
  })

  it('does not take the download of a boot before for one', async () => {
    await announced('10.30.0.1', 'a', 15, 300_000_000, 0)
    await seen(0, byTorrent)
    assert.deepEqual(await downloadOf(), [[null, null, 40]])
  })

  it('that never asked, or a boot that is forgotten, is said', async () => {
    const never = await rejectsWith('not-found', timelineOf(store, 'a'))
    assert.match(never.fix ?? '', /luna node why a/)
    await seen(0, usual)
    assert.match((await rejectsWith('not-found', timelineOf(store, 'a', 7))).why ?? '', /there are 1/)
    await rejectsWith('not-found', bootsOf(store, 'nobody'))
  })
})
