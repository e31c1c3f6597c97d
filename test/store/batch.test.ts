import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import type { Write } from '../../lib/store/backend.ts'
import { batching } from '../../lib/store/batch.ts'

const write = (collection: string): Write => ({ op: 'clear', collection })

describe('batching', () => {
  it('applies what comes at the same time together, and what comes meanwhile after it', async () => {
    const batches: string[][] = []
    const first = Promise.withResolvers<void>()
    const apply = batching({
      apply: async (writes) => {
        batches.push(writes.map(({ collection }) => collection))
        if (batches.length === 1) await first.promise
      },
    })
    const early = [apply([write('a')]), apply([write('b'), write('c')])]
    while (batches.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const late = [apply([write('d')]), apply([write('e')])]
    first.resolve()
    await Promise.all([...early, ...late])
    assert.deepEqual(batches, [
      ['a', 'b', 'c'],
      ['d', 'e'],
    ])
  })

  for (const code of ['taken', 'failed'] as const) {
    it(`refuses only what is ${code}, and nothing that came with it`, () => refusesOnly(code))
  }

  async function refusesOnly(code: 'taken' | 'failed'): Promise<void> {
    const done: string[] = []
    const apply = batching({
      apply: async (writes) => {
        if (writes.some(({ collection }) => collection === 'bad'))
          throw new LunaError(code, 'no', { fix: null })
        done.push(...writes.map(({ collection }) => collection))
      },
    })
    const settled = await Promise.allSettled(['a', 'bad', 'b'].map((name) => apply([write(name)])))
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(done, ['a', 'b'])
  }

  it('does not ask a store that is gone once for each', async () => {
    let asked = 0
    const apply = batching({
      apply: () => {
        asked++
        return Promise.reject(new LunaError('unavailable', 'gone', { fix: null }))
      },
    })
    const settled = await Promise.allSettled(['a', 'b', 'c'].map((name) => apply([write(name)])))
    assert.deepEqual([asked, settled.filter(({ status }) => status === 'rejected').length], [1, 3])
  })
})
