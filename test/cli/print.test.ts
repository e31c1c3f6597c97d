import assert from 'node:assert/strict'
import { displayWidth, table } from '../../lib/cli/table/table.ts'

describe('table', () => {
  it('makes columns as wide as their longest line and four blanks', () => {
    const text = table(['Name', 'Network'], [['cluster', '10.30.0.0/16']])
    assert.deepEqual(text.split('\n'), [
      '+------------+-----------------+',
      '| Name       | Network         |',
      '+------------+-----------------+',
      '| cluster    | 10.30.0.0/16    |',
      '+------------+-----------------+',
      '',
    ])
  })

  it('has three borders when it is empty', () => {
    assert.equal(table(['Name'], []), '+---------+\n| Name    |\n+---------+\n+---------+\n')
  })

  it('continues a cell of several lines below, with the other cells blank', () => {
    const lines = table(['A', 'B'], [['x', 'one\ntwo']]).split('\n')
    assert.deepEqual(lines.slice(3, 5), ['| x    | one    |', '|      | two    |'])
  })

  it('shows what is not set as a dash in the second column, and as None elsewhere', () => {
    assert.match(table(['A', 'B', 'C'], [[null, null, null]]), /\| None\s+\| -\s+\| None\s+\|/)
  })

  it('shows control characters instead of obeying them', () => {
    assert.match(table(['A'], [['\u001b[2J\r\u202e']]), /\\x1b\[2J\\x0d\\u202e/)
  })

  it('keeps the columns straight with wide and combining characters', () => {
    const lines = table(
      ['A', 'B'],
      [
        ['漢字', 'x'],
        ['e\u0301', 'y'],
        ['abcd', 'z'],
      ],
    ).split('\n')
    assert.deepEqual(new Set(lines.slice(0, 7).map(displayWidth)).size, 1)
  })
})
