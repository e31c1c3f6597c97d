import assert from 'node:assert/strict'
import { originIn } from '../../lib/object/origin.ts'

const source = (name: string) => ({ name, fix: '' })
const file = ['head', '', 'a one', 'a two', '', 'b one', 'tail'].join('\n')
const parts = [
  { text: 'a one\na two', source: source('a') },
  { text: 'not there', source: source('none') },
  { text: 'b one', source: source('b') },
]

describe('originIn', () => {
  it('names the last part that begins at or before a line', () => {
    const origin = originIn(file, parts, source('template'))
    const names = [1, 2, 3, 4, 5, 6, 7, 99].map((line) => origin(line).name)
    assert.deepEqual(names, ['template', 'template', 'a', 'a', 'a', 'b', 'b', 'b'])
  })

  it('names the template where no line is known, or nothing has parts', () => {
    assert.equal(originIn(file, parts, source('template'))(undefined).name, 'template')
    assert.equal(originIn(file, [], source('template'))(4).name, 'template')
  })
})
