import assert from 'node:assert/strict'
import { DBRef, Double, Int32, Long, ObjectId } from 'bson'
import { rawJson } from '../../lib/cli/raw.ts'

const id = new ObjectId('0123456789abcdef01234567')

describe('rawJson', () => {
  it('sorts keys and indents by four blanks', () => {
    assert.equal(
      rawJson({ b: null, _id: id, B: [] }),
      [
        '{',
        '    "B": [],',
        '    "_id": {',
        '        "$oid": "0123456789abcdef01234567"',
        '    },',
        '    "b": null',
        '}',
        '',
      ].join('\n'),
    )
  })

  it('prints integers bare and doubles with their fraction', () => {
    const text = rawJson({
      a: new Int32(7),
      b: Long.fromString('169738240'),
      c: new Double(1.2),
      d: new Double(2),
    })
    assert.match(text, /"a": 7,\s+"b": 169738240,\s+"c": 1.2,\s+"d": 2.0/)
  })

  it('prints references and dates as the first Luna did', () => {
    const parsed = JSON.parse(rawJson({ group: new DBRef('group', id), time: new Date(1500) }))
    assert.deepEqual(parsed, {
      group: { $id: { $oid: id.toHexString() }, $ref: 'group' },
      time: { $date: 1500 },
    })
  })

  it('prints the numbers of IPv6 networks as integers, and those of others as they are', () => {
    const six = { version: new Int32(6), NETWORK: '336294686736535516529351390741036793856', name: '12' }
    assert.match(rawJson(six), /"NETWORK": 336294686736535516529351390741036793856,\s+"name": "12"/)
    assert.match(rawJson({ version: new Int32(4), NETWORK: '12' }), /"NETWORK": "12"/)
  })
})
