import assert from 'node:assert/strict'
import { allBytesOf, bytesOf, numberOf, parseQuery, textOf } from '../../lib/web/query.ts'

describe('parseQuery', () => {
  const text = (query: string, name = 'a') => textOf(parseQuery(query), name)

  for (const [query, value, why] of [
    ['a=1', '1', 'a plain value'],
    ['a=%20%20x%20', 'x', 'a value without the blanks around it'],
    ['a=', undefined, 'nothing in an empty value'],
    ['a=%20', undefined, 'nothing in blanks'],
    ['a', undefined, 'nothing in a bare name'],
    ['', undefined, 'nothing in nothing'],
    ['a=1&a=2', '2', 'the last of several'],
    ['a=1&a=', '1', 'the last that is not empty'],
    ['a=x+y', 'x y', 'a plus as a blank'],
    ['a=%2b%2B', '++', 'digits in either case'],
    ['a=%zz%4', '%zz%4', 'broken escapes as they are'],
    ['a=1%26b', '1&b', 'an escaped separator as part of the value'],
    ['a=b=c', 'b=c', 'an equals sign as part of the value'],
    ['%61=1', '1', 'an escaped name'],
    ['a=%c3%a4', 'ä', 'UTF-8'],
    ['a=ä', 'ä', 'UTF-8 that nobody escaped'],
    ['a=%ff', '\ufffd', 'what is no UTF-8, as no name at all'],
  ] as const) {
    it(`reads ${why}`, () => assert.equal(text(query), value))
  }

  it('keeps every byte', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at))
    const escaped = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
    assert.deepEqual(bytesOf(parseQuery(`h=${escaped}`), 'h'), bytes)
  })

  it('gives all values of a name', () => {
    assert.deepEqual(allBytesOf(parseQuery('h=a&x=1&h=b'), 'h').map(String), ['a', 'b'])
  })

  it('refuses what no client of ours would send', () => {
    assert.throws(() => parseQuery(`a=${'x'.repeat(16 * 1024)}`), { code: 'usage' })
    assert.throws(() => parseQuery('a=1&'.repeat(200)), { code: 'usage' })
  })
})

describe('numberOf', () => {
  const number = (value: string) => numberOf(parseQuery(`n=${value}`), 'n', 7, 0, 100)

  it('reads a number, and has a default', () => {
    assert.deepEqual([number('42'), number('')], [42, 7])
  })

  for (const bad of ['x', '-1', '101', '1.5', '0x10', '1e2', '9'.repeat(30)]) {
    it(`refuses ${bad}`, () => assert.throws(() => number(bad), { code: 'invalid', message: /^n is not/ }))
  }
})
