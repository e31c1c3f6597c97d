import assert from 'node:assert/strict'
import {
  RecordReader,
  readBegin,
  readPairs,
  recordType,
  writeAnswer,
  writePairs,
  writeRecord,
} from '../../lib/web/fastcgi/records.ts'

type Seen = readonly [type: number, id: number, content: string]

function read(chunks: readonly Buffer[]): { seen: Seen[]; good: boolean } {
  const seen: Seen[] = []
  const reader = new RecordReader()
  const good = chunks.every((chunk) =>
    reader.read(chunk, (type, id, content) => seen.push([type, id, content.toString('latin1')]) > 0),
  )
  return { seen, good }
}

const padded = Buffer.concat([Buffer.of(1, recordType.stdin, 1, 2, 0, 3, 5, 0), Buffer.from('abc\0\0\0\0\0')])
const stream = Buffer.concat([
  writeRecord(recordType.begin, 1, Buffer.of(0, 1, 1, 0, 0, 0, 0, 0)),
  writeRecord(recordType.params, 1, Buffer.alloc(65_535, 'p')),
  padded,
  writeRecord(recordType.stdin, 65_535),
])
const whole: Seen[] = [
  [recordType.begin, 1, '\0\u0001\u0001\0\0\0\0\0'],
  [recordType.params, 1, 'p'.repeat(65_535)],
  [recordType.stdin, 0x0102, 'abc'],
  [recordType.stdin, 65_535, ''],
]

describe('RecordReader', () => {
  it('reads records with and without content and padding', () => {
    assert.deepEqual(read([stream]), { seen: whole, good: true })
  })

  for (const size of [1, 2, 3, 7, 8, 9, 1000, 65_536]) {
    it(`reads the same in pieces of ${size} bytes`, () => {
      const pieces = Math.ceil(stream.length / size)
      const chunks = Array.from({ length: pieces }, (_, at) => stream.subarray(at * size, (at + 1) * size))
      assert.deepEqual(read(chunks), { seen: whole, good: true })
    })
  }

  it('refuses another version, after the records before it', () => {
    const other = writeRecord(recordType.stdin, 9)
    other[0] = 2
    assert.deepEqual(read([padded, other]), { seen: [whole[2]], good: false })
  })

  it('stops where it is told to', () => {
    let taken = 0
    assert.equal(
      new RecordReader().read(stream, () => ++taken < 2),
      false,
    )
    assert.equal(taken, 2)
  })
})

describe('readPairs', () => {
  const long = 'v'.repeat(70_000)
  const pairs = [
    ['REQUEST_URI', '/luna?a=ä'],
    ['EMPTY', ''],
    ['N'.repeat(300), 'x'],
    ['LONG', long],
    ['HTTP_X', 'first'],
    ['HTTP_X', 'last'],
  ] as const

  it('gives the wanted values in the order in which they are wanted', () => {
    const values = readPairs(writePairs(pairs), ['LONG', 'EMPTY', 'ABSENT', 'REQUEST_URI', 'N'.repeat(300)])
    assert.deepEqual(values, [long, '', undefined, '/luna?a=ä', 'x'])
  })

  it('gives the last of several values', () => {
    assert.deepEqual(readPairs(writePairs(pairs), ['HTTP_X']), ['last'])
  })

  it('takes lengths of four bytes for short texts too', () => {
    const stream = Buffer.concat([Buffer.of(0x80, 0, 0, 1, 0x80, 0, 0, 2), Buffer.from('abc')])
    assert.deepEqual(readPairs(stream, ['a']), ['bc'])
  })

  it('refuses a stream that is cut off anywhere', () => {
    const stream = writePairs([
      ['A', 'x'],
      ['B', 'y'.repeat(200)],
    ])
    const ends = new Set([0, 4, stream.length])
    for (let end = 0; end <= stream.length; end++) {
      assert.equal(readPairs(stream.subarray(0, end), []) !== undefined, ends.has(end), `cut at ${end}`)
    }
  })

  for (const [what, bytes] of [
    ['a length beyond the end', [1, 9, 0x41]],
    ['the greatest lengths', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['half a length', [0x80, 0]],
    ['a name alone', [1]],
  ] as const) {
    it(`refuses ${what}`, () => assert.equal(readPairs(Buffer.from(bytes), ['A']), undefined))
  }
})

describe('readBegin', () => {
  it('gives role and flags, and nothing of a record that is cut off', () => {
    assert.deepEqual(readBegin(Buffer.of(0, 1, 1, 0, 0, 0, 0, 0)), { role: 1, flags: 1 })
    assert.equal(readBegin(Buffer.of(0, 1, 1)), undefined)
  })
})

describe('writeAnswer', () => {
  for (const size of [0, 1, 16_384, 16_385, 65_535, 65_536, 200_000]) {
    it(`writes a body of ${size} bytes that reads as it was`, () => {
      const body = Buffer.alloc(size, 'b')
      const { seen, good } = read(
        writeAnswer(7, 'Status: 200\r\n\r\n', [body]).map((piece) => Buffer.from(piece)),
      )
      const out = seen.filter(([type]) => type === recordType.stdout).map(([, , content]) => content)
      assert.equal(good, true)
      assert.equal(out.join(''), `Status: 200\r\n\r\n${body}`)
      assert.equal(out.at(-1), '')
      assert.deepEqual(seen.at(-1), [recordType.end, 7, '\0'.repeat(8)])
    })
  }

  for (const sizes of [
    [3, 0, 5],
    [100_000, 2, 70_000],
    [0, 0],
  ]) {
    it(`writes pieces of ${sizes} bytes as one body, long ones where they are`, () => {
      const body = sizes.map((size, at) => Buffer.alloc(size, `${at}`))
      const written = writeAnswer(7, 'head', body)
      const { seen, good } = read(written.map((piece) => Buffer.from(piece)))
      const out = seen.filter(([type]) => type === recordType.stdout).map(([, , content]) => content)
      assert.equal(good, true)
      assert.equal(out.join(''), `head${body.join('')}`)
      assert.equal(out.indexOf(''), out.length - 1)
      for (const piece of body.filter(({ length }) => length > 65_535))
        assert(written.some((one) => one.buffer === piece.buffer))
    })
  }
})
