import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Loop } from '../../lib/daemon/loop.ts'

const hours = 3_600_000

describe('Loop', () => {
  it('takes turns at its interval until it is stopped', async () => {
    const stop = new AbortController()
    let turns = 0
    const loop = new Loop(1, async () => {
      turns++
      if (turns === 3) stop.abort()
    })
    await loop.run(stop.signal)
    assert.equal(turns, 3)
  })

  it('ends its rest when it is woken, and tells the work so once', async () => {
    const stop = new AbortController()
    const told: boolean[] = []
    const loop = new Loop(hours, async (woken) => {
      told.push(woken)
      if (told.length < 3) setImmediate(loop.wake)
      else stop.abort()
    })
    await loop.run(stop.signal)
    assert.deepEqual(told, [false, true, true])
  })

  it('does not lose a wake that comes during a turn, or before the first', async () => {
    const stop = new AbortController()
    const told: boolean[] = []
    const loop = new Loop(hours, async (woken) => {
      told.push(woken)
      if (told.length === 1) loop.wake()
      else stop.abort()
    })
    loop.wake()
    await loop.run(stop.signal)
    assert.deepEqual(told, [true, true])
  })

  it('ends during a rest', async () => {
    const stop = new AbortController()
    const events = new EventTarget()
    const ended = new Loop(hours, async () => {
      setImmediate(() => events.dispatchEvent(new Event('turned')))
    }).run(stop.signal)
    await once(events, 'turned')
    stop.abort()
    await ended
  })

  it('begins no turn when it is stopped before', async () => {
    let turns = 0
    const loop = new Loop(1, async () => void turns++)
    await loop.run(AbortSignal.abort())
    assert.equal(turns, 0)
  })

  it('calls back after every turn', async () => {
    const stop = new AbortController()
    const steps: string[] = []
    const loop = new Loop(1, async () => void steps.push('turn'))
    await loop.run(stop.signal, async () => {
      steps.push('after')
      if (steps.length === 4) stop.abort()
    })
    assert.deepEqual(steps, ['turn', 'after', 'turn', 'after'])
  })

  it('is not alive when a turn takes longer than any may, and is when the clock is set', async () => {
    const loop = new Loop(1, async () => {})
    const [now, date] = [performance.now, Date.now]
    try {
      Date.now = () => date() + hours
      assert.equal(loop.alive(), true)
      performance.now = () => now.call(performance) + hours
      assert.equal(loop.alive(), false)
      await loop.turn()
      assert.equal(loop.alive(), true)
    } finally {
      Date.now = date
      performance.now = now
    }
  })
})
