// What a worker asks its leader, over the channel of two real processes.
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { LunaError } from '../../lib/error.ts'
import { answerTo, isQuestion, type Leader } from '../../lib/web/asked.ts'

describe('a worker that asks its leader', () => {
  let worker: ChildProcess | undefined
  afterEach(() => worker?.kill())

  /** What the worker makes of the answers: each as a value, or as code and texts of an error. */
  async function told(leader: Leader): Promise<unknown> {
    worker = fork(join(import.meta.dirname, 'asked-worker.ts'), { serialization: 'advanced' })
    const child = worker
    const result = new Promise((resolve) => {
      child.on('message', (message) => {
        if (isQuestion(message)) void answerTo(message, leader).then((answer) => child.send(answer))
        else resolve(message)
      })
    })
    const ended = once(child, 'exit').then(() => 'it ended')
    return await Promise.race([result, ended])
  }

  it('gets the answer to each question, many at the same time', async () => {
    const leader: Leader = {
      metrics: async () => 'text',
      steps: async () => new Map([['up', 2]]),
      nodes: async (since = 'all') => {
        // Those that were asked last come first.
        await new Promise((resolve) => setTimeout(resolve, since === 'all' ? 100 : 100 - Number(since)))
        return { tag: since, body: '' }
      },
    }
    const tags = ['all', ...Array.from({ length: 20 }, (_, at) => String(at))]
    assert.deepEqual(await told(leader), { metrics: 'text', steps: new Map([['up', 2]]), tags })
  })

  it('gets what went wrong with its code, and what to do', async () => {
    const away = new LunaError('unavailable', 'the store is away', { why: 'it is off', fix: 'wait' })
    const leader: Leader = {
      metrics: () => Promise.reject(away),
      steps: () => Promise.reject(new TypeError('a defect')),
      nodes: () => Promise.reject(away),
    }
    const one = ['unavailable', 'the store is away: it is off (wait)']
    const other = ['internal', 'a defect']
    assert.deepEqual(await told(leader), { metrics: one, steps: other, tags: Array(21).fill(one) })
  })
})
