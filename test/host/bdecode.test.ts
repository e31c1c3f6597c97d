import assert from 'node:assert/strict'
import { bdecodeDictionary, infoOf, integerOf, textOf } from '../../lib/host/image/bdecode.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const decode = (text: string) => bdecodeDictionary(bytes(text))

describe('bdecodeDictionary', () => {
  it('reads integers, byte strings, lists and dictionaries', () => {
    const read = decode('d1:ai-3e1:bd1:cl1:xi0eee1:d0:e')
    assert.equal(integerOf(read, 'a'), -3)
    assert.equal(textOf(read, 'd'), '')
    assert.deepEqual(read.b, { c: [new Uint8Array([0x78]), 0] })
    assert.deepEqual(
      [textOf(read, 'a'), integerOf(read, 'd'), integerOf(read, 'none')],
      Array(3).fill(undefined),
    )
  })

  it('reads bytes that are no text, and keys that are none', () => {
    assert.deepEqual(decode('d1:p2:\xff\x00e').p, new Uint8Array([255, 0]))
    assert.equal(integerOf(decode('d1:ai1e6:layersd2:\xff\xfei1eee'), 'a'), 1)
  })

  for (const [why, text] of [
    ['nothing', ''],
    ['a list', 'le'],
    ['a byte string', '3:abc'],
    ['an end that is missing', 'd1:ai1e'],
    ['an end before the beginning', 'e'],
    ['something behind the end', 'dee'],
    ['another dictionary behind the end', 'dede'],
    ['a string longer than what is there', 'd1:a99:xe'],
    ['a string of a length that no number holds', `d1:a${'9'.repeat(400)}:xe`],
    ['a length with a leading zero', 'd1:a01:xe'],
    ['an integer with a leading zero', 'd1:ai01ee'],
    ['an integer that is a fraction', 'd1:ai1.5ee'],
    ['an integer without end', `d1:ai${'1'.repeat(5000)}ee`],
    ['a key that is a number', 'di1ei1ee'],
    ['a key without value', 'd1:ae'],
    ['a key that is there twice', 'd1:ai1e1:ai1ee'],
    ['a key that is there twice further in', 'd1:ad1:bi1e1:bi2eee'],
    ['a key that is the prototype of objects', 'd9:__proto__d1:ai1eee'],
    ['a length that is negative', 'd1:a-1:e'],
    ['a length that leads back to itself', 'd1:al-3:ee'],
    ['lists in lists without end', `d1:a${'l'.repeat(100_000)}`],
    ['lists in lists', `d1:a${'l'.repeat(100_000)}${'e'.repeat(100_000)}e`],
  ] as const)
    it(`refuses ${why}`, () => {
      assert.throws(() => decode(text), { name: 'LunaError', code: 'invalid' })
    })
})

describe('infoOf', () => {
  const read = (text: string) => infoOf(decode(text), bytes(text))

  it('gives the info dictionary of a torrent', () => {
    assert.equal(integerOf(read('d4:infod6:lengthi5eee') ?? {}, 'length'), 5)
  })

  it('gives none whose hash would not be that of the original bytes', () => {
    assert.equal(read('d4:infod1:bi1e1:ai2eee'), undefined)
    assert.equal(read('d4:infod2:\xff\xfei1eee'), undefined)
    assert.equal(read('d4:info2:dee'), undefined)
  })
})
