import assert from 'node:assert/strict'
import { wholeNumber } from '../../lib/object/given/number.ts'
import { parseSpan } from '../../lib/object/record/duration.ts'

describe('numbers that operators give', () => {
  it('may have blanks around them and a sign', () => {
    for (const text of ['80', ' 80', '80 ', '\t80\n', '+80', '080']) assert.equal(wholeNumber(text), 80, text)
    assert.equal(wholeNumber(' -5'), -5)
  })

  it('are whole, decimal and no larger than is kept exactly', () => {
    for (const text of ['', ' ', '8 0', '- 5', '1.5', '1e3', '0x50', '1_000', '80a', '9007199254740992']) {
      assert.equal(wholeNumber(text), undefined, text)
    }
  })

  it('may have blanks around them where they are spans of time, too', () => {
    assert.deepEqual([' 90s', '10m ', ' 45 '].map(parseSpan), [90, 600, 45])
    for (const text of ['', '10 m', '-1h', '1w'])
      assert.throws(() => parseSpan(text), { code: 'usage' }, text)
  })
})
