import assert from 'node:assert/strict'
import { statusFacts } from '../../lib/task/show/status.ts'

describe('the status of a node', () => {
  const time = new Date('2026-03-04T05:06:07Z')
  const facts = (step: string) => statusFacts({ step, time })

  it('has step and percent apart, beside the step as the node told it', () => {
    assert.deepEqual(facts('install.download 13'), {
      step: 'install.download 13',
      phase: 'install.download',
      percent: 13,
      time: '2026-03-04T05:06:07.000Z',
    })
  })

  it('has no percent where there is none', () => {
    const { phase, percent } = facts('install.success')
    assert.deepEqual([phase, percent], ['install.success', undefined])
    assert.equal(facts('two words').phase, 'two words')
  })
})
