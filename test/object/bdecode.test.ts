import assert from 'node:assert/strict'
import { bdecodeDictionary, integerOf, textOf } from '../../lib/object/bdecode.ts'

const decode = (text: string) => bdecodeDictionary(Buffer.from(text, 'latin1'))

describe('bdecodeDictionary', () => {
  it('reads integers, byte strings, lists and dictionaries', () => {
    const read = decode('d1:ai-3e1:bd1:cl1:xi0eee1:d0:e')
    assert.equal(integerOf(read ?? new Map(), 'a'), -3)
    assert.equal(textOf(read ?? new Map(), 'd'), '')
    assert.deepEqual(read?.get('b'), new Map([['c', [Buffer.from('x'), 0n]]]))
  })

  it('reads bytes that are no text', () => {
    assert.deepEqual(decode('d1:p2:\xff\x00e')?.get('p'), Buffer.from([255, 0]))
  })

  for (const [why, text] of [
    ['nothing', ''],
    ['a list', 'le'],
    ['an end that is missing', 'd1:ai1e'],
    ['something behind the end', 'dee'],
    ['a string longer than what is there', 'd1:a99:xe'],
    ['an integer with a leading zero', 'd1:ai01ee'],
    ['an integer without end', `d1:ai${'1'.repeat(5000)}ee`],
    ['a key that is a number', 'di1ei1ee'],
    ['a length that is negative', 'd1:a-1:e'],
    ['lists in lists without end', `d1:a${'l'.repeat(100_000)}`],
  ] as const)
    it(`refuses ${why}`, () => assert.equal(decode(text), undefined))
})
