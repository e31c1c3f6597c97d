// Where nodes are: the last word of each, joined with what was seen of its boot.
import assert from 'node:assert/strict'
import { beforeEach } from 'mocha'
import { stateTable } from '../../lib/cli/table/state-table.ts'
import type { Id } from '../../lib/object/field.ts'
import type { BootEvent } from '../../lib/object/record/boot.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { nodeStates } from '../../lib/task/record/follow.ts'
import { BootRecorder } from '../../lib/task/record/recorder.ts'
import { filterStates, type NodeState } from '../../lib/task/record/states.ts'
import { peerIdOf } from '../../lib/task/show/progress.ts'
import { fillBoot } from '../scenario/boot.ts'

const now = new Date('2026-03-04T05:00:00Z')

describe('states of nodes', () => {
  let store: Store
  let first: Id
  beforeEach(async () => {
    store = openMemoryStore({ now: () => now })
    await fillBoot(store)
    const image = await store.getNamed('osimage', 'compute')
    await store.update('osimage', image.id, { kernfile: 'k', initrdfile: 'i', torrent: 'to', tarball: 'ta' })
    first = (await store.getNamed('node', 'node001')).id
  })
  afterEach(() => store.close())

  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
  const says = (step: string, seconds: number, id = first) =>
    store.setStatus(id, { step, time: ago(seconds) })
  async function seen(events: readonly (readonly [string, number, Partial<BootEvent>?])[], node = first) {
    const recorder = new BootRecorder(async () => store)
    recorder.add(
      events.map(([step, seconds, more]) => ({ node, step, time: ago(seconds).getTime(), ...more })),
    )
    await recorder.flush()
  }
  async function stateOf(name = 'node001'): Promise<NodeState> {
    const [state] = await nodeStates(store, now, new Set([name]))
    assert.ok(state)
    return state
  }

  it('have no step where nothing was ever seen', async () => {
    const { step, age, outcome } = await stateOf()
    assert.deepEqual([step, age, outcome], [null, null, null])
  })

  it('have what the node said last, also of a node that no boot was written down of', async () => {
    await says('install.postscript', 65)
    const { step, since, age, image, group } = await stateOf()
    assert.deepEqual(
      [step, since, age, image, group],
      ['install.postscript', ago(65).toISOString(), 65, 'compute', 'compute'],
    )
  })

  it('have what the node fetched after its last word', async () => {
    await says('boot.request', 20)
    await seen([
      ['boot.request', 20],
      ['boot.initramfs', 5],
    ])
    const { step, age, outcome } = await stateOf()
    assert.deepEqual([step, age, outcome], ['boot.initramfs', 5, 'unfinished'])
  })

  it('are starting after the installation, until the system says that it is up or nobody waits any more', async () => {
    await says('install.success', 100)
    await seen([['install.success', 100]])
    assert.equal((await stateOf()).starting, true)
    await seen([['up', 40, { upSeconds: 55 }]])
    const { step, starting, outcome } = await stateOf()
    assert.deepEqual([step, starting, outcome], ['up', false, 'up'])
    const second = (await store.getNamed('node', 'node002')).id
    await says('install.success', 5000, second)
    assert.equal((await stateOf('node002')).starting, false)
  })

  it('have percent and rate of the download, as the tracker knows them', async () => {
    await says('install.download', 20)
    const peer = { infoHash: 'aa', ip: '10.30.0.1', port: 1, uploaded: 0, status: null }
    const figures = { downloaded: 250_000_000, left: 750_000_000, updated: ago(10) }
    await store.announce({ ...peer, ...figures, peerId: peerIdOf('node001.cluster') })
    const { percent, rate } = await stateOf()
    assert.deepEqual([percent, rate], [25, 25_000_000])
  })

  it('have the first line of what failed', async () => {
    const failure = { step: 'install.partscript', command: 'mkfs', status: 1, line: 'no such device' }
    await says('install.error.partscript', 10)
    await seen([['install.error.partscript', 10, { failure }]])
    assert.equal((await stateOf()).error, 'no such device')
    await seen([['install.request', 5]])
    await says('install.request', 5)
    assert.equal((await stateOf()).error, null)
  })

  it('can be asked for by step, by what they are not, and by how long nothing was heard', async () => {
    const [second, third] = [
      (await store.getNamed('node', 'node002')).id,
      await store.insert('node', { name: 'node003' }),
    ]
    await says('install.error.unpack', 30)
    await says('install.download', 900, second)
    await says('install.success', 90_000, third)
    const states = await nodeStates(store, now)
    const names = (filter: Parameters<typeof filterStates>[1]) =>
      filterStates(states, filter).map(({ name }) => name)
    assert.deepEqual(names({ step: 'install.error' }), ['node001'])
    assert.deepEqual(names({ step: 'install' }), ['node001', 'node002', 'node003'])
    assert.deepEqual(names({ not: 'install.success' }), ['node001', 'node002'])
    assert.deepEqual(names({ stuck: 600 }), ['node002'])
    assert.deepEqual(names({ stuck: 10 }), ['node001', 'node002'])
  })

  it('are counted, and nodes that say the same share a row', async () => {
    const second = (await store.getNamed('node', 'node002')).id
    for (const id of [first, second]) await says('install.unpack', 65, id)
    const text = stateTable(await nodeStates(store, now, new Set(['node001', 'node002'])))
    assert.match(text, /^2 nodes: 2 install.unpack\n/)
    assert.match(text, /^\| node\[001-002\] +\| install.unpack +\| +\| 1m +\| compute +\| +\|$/m)
  })
})
