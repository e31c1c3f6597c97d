import assert from 'node:assert/strict'
import { logTrouble, Trouble } from '../../lib/daemon/trouble.ts'
import { LunaError } from '../../lib/error.ts'
import { daemonLog } from '../../lib/log.ts'

describe('Trouble', () => {
  it('tells when it begins, when its reason changes and when it ends, each once', () => {
    const told: string[] = []
    const trouble = new Trouble(
      (why) => told.push(why),
      () => told.push('over'),
    )
    for (const why of ['', 'a', 'a', 'b', '', '', 'a']) trouble.update(why)
    assert.deepEqual(told, ['a', 'b', 'over', 'a'])
  })
})

describe('logTrouble', () => {
  const away = new LunaError('unavailable', 'cannot connect', { fix: null, why: 'refused' })
  const missing = new LunaError('not-found', 'there is no cluster yet', { fix: null })
  const run = async (...outcomes: (Error | undefined)[]) => {
    const lines: string[] = []
    const loggingTrouble = logTrouble(daemonLog((line) => lines.push(line.trim())))
    for (const outcome of outcomes)
      await loggingTrouble(() => (outcome ? Promise.reject(outcome) : Promise.resolve()))
    return lines
  }

  it('says once that the store is not reachable, and once that it is again', async () => {
    assert.deepEqual(await run(undefined, away, away, undefined, undefined), [
      '<4>store not reachable why="cannot connect: refused"',
      '<6>store reachable again',
    ])
  })

  it('keeps other trouble apart from that of the store', async () => {
    assert.deepEqual(await run(missing, away, missing, undefined), [
      '<4>update failed why="there is no cluster yet"',
      '<4>store not reachable why="cannot connect: refused"',
      '<6>store reachable again',
      '<6>updated again',
    ])
  })

  it('outlives a defect of its own', async () => {
    assert.deepEqual(await run(new TypeError('x is not a function'), undefined), [
      '<4>update failed why="x is not a function"',
      '<6>updated again',
    ])
  })
})
