// What is seen of boots, written down: gathered, in order, and not lost while the store is away.
import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import type { Id } from '../../lib/object/field.ts'
import type { BootEvent } from '../../lib/object/record/boot.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { BootRecorder } from '../../lib/task/record/recorder.ts'

describe('BootRecorder', () => {
  let store: Store
  let node: Id
  let writes: number
  let recorder: BootRecorder
  beforeEach(async () => {
    store = openMemoryStore()
    node = await store.insert('node', { name: 'node001' })
    writes = 0
    recorder = new BootRecorder(counting())
  })
  afterEach(() => store.close())

  const counting = () => async () => {
    const keepBoots: Store['keepBoots'] = (boots) => {
      writes += boots.length
      return store.keepBoots(boots)
    }
    return { ...store, keepBoots }
  }
  const event = (step: string, time: number): BootEvent => ({ node, step, time })
  const stepsOf = async () =>
    (await store.boots(node)).map(({ number, steps }) => `${number} ${steps.map(({ step }) => step).join()}`)

  it('writes a boot once, however many of its steps were seen', async () => {
    const steps = ['boot.request', 'install.request', 'install.prescript', 'install.download']
    recorder.add(steps.map(event))
    await recorder.flush()
    assert.deepEqual(await stepsOf(), [`1 ${steps.join()}`])
    assert.equal(writes, 1)
    assert.equal(await recorder.flush(), 0)
    assert.equal(writes, 1)
  })

  it('begins another boot when the machine asks anew, and keeps the one before', async () => {
    recorder.add([event('boot.request', 0), event('install.success', 9)])
    await recorder.flush()
    recorder.add([event('boot.request', 1_000_000)])
    await recorder.flush()
    assert.deepEqual(await stepsOf(), ['2 boot.request', '1 boot.request,install.success'])
  })

  it('goes on with a boot that another process began', async () => {
    recorder.add([event('boot.request', 0)])
    await recorder.flush()
    const other = new BootRecorder(counting())
    other.add([event('install.request', 5)])
    await other.flush()
    assert.deepEqual(await stepsOf(), ['1 boot.request,install.request'])
  })

  it('takes in what another head wrote while this one had nothing to write', async () => {
    let now = 0
    const first = new BootRecorder(counting(), () => now)
    first.add([event('boot.request', 0)])
    await first.flush()
    const other = new BootRecorder(counting())
    other.add([event('install.request', 5)])
    await other.flush()
    now = 3_600_000
    first.add([event('install.success', 9)])
    await first.flush()
    assert.deepEqual(await stepsOf(), ['1 boot.request,install.request,install.success'])
  })

  it('writes boots of many nodes at once', async () => {
    const nodes: Id[] = []
    for (let n = 0; n < 450; n++) nodes.push(await store.insert('node', { name: `n${n}` }))
    recorder.add([event('boot.request', 0)])
    await recorder.flush()
    const again = new BootRecorder(counting())
    again.add([node, ...nodes].map((id) => ({ ...event('install.request', 5), node: id })))
    await again.flush()
    assert.equal((await store.lastBoots()).size, 451)
    assert.deepEqual(await stepsOf(), ['1 boot.request,install.request'])
  })

  it('keeps what it has while the store is away, and says how much was too much', async () => {
    let away = true
    const gone = new LunaError('unavailable', 'away', { fix: null })
    const patient = new BootRecorder(() => (away ? Promise.reject(gone) : Promise.resolve(store)))
    patient.add([event('boot.request', 0)])
    await assert.rejects(patient.flush(), gone)
    patient.add(Array.from({ length: 30_000 }, (_, at) => event(`step ${at % 3}`, at)))
    await assert.rejects(patient.flush(), gone)
    away = false
    assert.equal(await patient.flush(), 10_001)
    assert.match((await stepsOf())[0] ?? '', /^1 boot.request,step 0,step 1/)
  })
})
