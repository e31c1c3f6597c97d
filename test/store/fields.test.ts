import assert from 'node:assert/strict'
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson'
import { withFields } from '../../lib/store/bson/fields.ts'
import { changeByPath } from '../../lib/store/bson/path.ts'
import { documentOf } from '../../lib/store/bson/values.ts'

describe('withFields', () => {
  /** Every type that there is, each with one after it that tells where it ends. */
  const everything: Document = {
    _id: new ObjectId(),
    double: new Double(1.5),
    text: 'späť',
    map: { a: { b: 'c' }, status: 'inside' },
    list: [new Int32(1), 'x', null],
    bytes: new Binary(Buffer.from([0, 1, 2]), 0),
    old: new Binary(Buffer.from([3, 0]), 2),
    flag: false,
    time: new Date(1_700_000_000_000),
    nothing: null,
    pattern: new BSONRegExp('^a', 'i'),
    code: new Code('f()'),
    scoped: new Code('f()', { x: new Int32(1) }),
    symbol: new BSONSymbol('s'),
    small: new Int32(-7),
    stamp: new Timestamp({ t: 1, i: 2 }),
    large: Long.fromString('9007199254740993'),
    decimal: Decimal128.fromString('1.1'),
    least: new MinKey(),
    most: new MaxKey(),
    ref: new DBRef('group', new ObjectId()),
    Gerät: 'a name beyond ASCII',
    empty: {},
  }

  const changes: readonly Document[] = [
    {},
    { status: { step: 'install.download 7', time: new Date(5) } },
    { flag: true, text: '', small: new Int32(8) },
    { updated: new Date(9), list: [], fresh: 'at the end', Gerät: null },
    Object.fromEntries(
      Object.keys(everything).map((name) => [name, name === '_id' ? everything._id : 'all']),
    ),
  ]
  for (const set of changes)
    it(`does to the bytes what is done to the document: ${Object.keys(set).join(', ').slice(0, 60)}`, () => {
      for (const document of [everything, { _id: 1 }, { status: 'x' }, {}]) {
        const expected = documentOf(serialize(document))
        changeByPath(expected, set, [])
        assert.deepEqual(Buffer.from(withFields(serialize(document), set)), Buffer.from(serialize(expected)))
      }
    })

  it('changes each field of all types alone', () => {
    for (const name of Object.keys(everything)) {
      const expected = { ...everything, [name]: 'changed' }
      const changed = withFields(serialize(everything), { [name]: 'changed' })
      assert.deepEqual(Buffer.from(changed), Buffer.from(serialize(expected)), name)
    }
  })

  it('leaves one of two fields with the same name', () => {
    const [one, other] = [serialize({ a: 1, b: 2 }), serialize({ c: 1, b: 2 })].map((each) =>
      Buffer.from(each),
    )
    assert(one && other)
    one[5] = 'b'.charCodeAt(0)
    assert.deepEqual(documentOf(withFields(one, { b: 'x' })), { b: 'x' })
    assert.deepEqual(Object.keys(documentOf(withFields(other, { b: 'x' }))), ['c', 'b'])
  })

  it('refuses what is no document', () => {
    assert.throws(() => withFields(Buffer.from('no document'), { a: 1 }), /BSON|document/i)
  })
})
