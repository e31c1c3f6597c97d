import assert from 'node:assert/strict'
import { statusFacts } from '../../lib/task/show/status.ts'

describe('the status of a node', () => {
  const time = new Date('2026-03-04T05:06:07Z')
  const facts = (step: string, localboot = false, kernfile = 'k') =>
    statusFacts({ step, time }, { localboot }, { kernfile })

  it('has step and percent apart, beside the step as the node told it', () => {
    assert.deepEqual(facts('install.download 13'), {
      step: 'install.download 13',
      phase: 'install.download',
      percent: 13,
      time: '2026-03-04T05:06:07.000Z',
    })
  })

  it('is an error where the node asks for an image that has no kernel, unless it boots its disk', () => {
    assert.equal(facts('boot.request', false, '').step, 'boot.error.image')
    assert.equal(facts('boot.request', true, '').step, 'boot.request')
    assert.equal(facts('boot.request').step, 'boot.request')
    assert.equal(facts('install.success', false, '').step, 'install.success')
  })

  it('has no percent where there is none', () => {
    const { phase, percent } = facts('install.success')
    assert.deepEqual([phase, percent], ['install.success', undefined])
    assert.equal(facts('two words').phase, 'two words')
  })
})
