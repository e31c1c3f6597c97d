import assert from 'node:assert/strict'
import { type Difference, failures } from './verdict.ts'

const orphan = ['db', '.node.node004: missing'] as const

describe('failures', () => {
  const quirk: Difference = { scenario: '08', step: 20, quirk: 'Q-ORPHAN', diffs: [orphan, ['rc', 'other']] }

  it('leaves out what is marked as a quirk', () => assert.deepEqual(failures([quirk]), []))

  it('leaves out a step that only shows what a quirk left in the database', () => {
    assert.deepEqual(failures([quirk, { scenario: '08', step: 21, quirk: null, diffs: [orphan] }]), [])
  })

  for (const [sentence, later] of [
    ['that differs in something else too', { step: 21, diffs: [orphan, ['db', '.node.node005: missing']] }],
    ['that differs in what it prints', { step: 21, diffs: [['rc', 'other']] }],
    ['that came before the quirk', { step: 19, diffs: [orphan] }],
    ['of another scenario', { scenario: '09', step: 21, diffs: [orphan] }],
  ] as const) {
    it(`keeps a step ${sentence}`, () => {
      const difference: Difference = { scenario: '08', quirk: null, ...later }
      assert.deepEqual(failures([quirk, difference]), [difference])
    })
  }
})
