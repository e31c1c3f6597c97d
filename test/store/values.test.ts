import assert from 'node:assert/strict'
import { DBRef, Double, Int32, Long, ObjectId } from 'bson'
import { byBytes, idOf, integerOf, narrow, narrowest, wide } from '../../lib/store/bson/values.ts'

const id = '0123456789abcdef01234567'

describe('integerOf', () => {
  const read: Readonly<Record<string, readonly [unknown, bigint | undefined]>> = {
    int32: [new Int32(-5), -5n],
    int64: [Long.fromString('9223372036854775807'), 9223372036854775807n],
    'a whole double': [new Double(7), 7n],
    'a double with a fraction': [new Double(7.5), undefined],
    'a decimal string': ['336295052136821032316476372165735743488', 336295052136821032316476372165735743488n],
    'other text': ['0x10', undefined],
    'an empty string': ['', undefined],
    'not a number': [new Double(Number.NaN), undefined],
    null: [null, undefined],
    'a document': [{}, undefined],
  }
  for (const [what, [value, expected]] of Object.entries(read)) {
    it(`reads ${what}`, () => assert.equal(integerOf(value), expected))
  }
})

describe('idOf', () => {
  it('reads DBRefs, sub-documents of that form, ObjectIds and their text', () => {
    const oid = new ObjectId(id)
    for (const value of [new DBRef('node', oid), { $ref: 'node', $id: oid }, oid, id])
      assert.equal(idOf(value), id)
    for (const value of [null, undefined, {}, 'node', new Int32(1), [oid]])
      assert.equal(idOf(value), undefined)
  })
})

describe('whole numbers', () => {
  it('are written in the type that holds them', () => {
    assert.deepEqual(
      [narrow(2 ** 31 - 1), narrow(2 ** 31)],
      [new Int32(2 ** 31 - 1), Long.fromNumber(2 ** 31)],
    )
    assert.deepEqual(
      [wide(1n), wide(2n ** 63n - 1n), wide(2n ** 63n)],
      [Long.fromNumber(1), Long.fromBigInt(2n ** 63n - 1n), '9223372036854775808'],
    )
    assert.deepEqual([narrowest(1n), narrowest(2n ** 63n)], [new Int32(1), '9223372036854775808'])
  })
})

describe('byBytes', () => {
  it('compares as the bytes of UTF-8 compare', () => {
    const texts = ['', 'a', 'ab', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}']
    const bytes = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(texts.toReversed().sort(byBytes), bytes)
  })
})
