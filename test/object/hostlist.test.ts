import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import { compressHostlist, expandHostlist } from '../../lib/object/hostlist.ts'

describe('expandHostlist', () => {
  const good: [string, string, string][] = [
    ['gives a plain name as it is', 'login', 'login'],
    ['splits at commas', 'a,b,c', 'a b c'],
    ['expands ranges and single numbers', 'node001,node[003-005,7]', 'node001 node003 node004 node005 node7'],
    ['multiplies brackets, the last one fastest', 'r[1-2]n[1-2]', 'r1n1 r1n2 r2n1 r2n2'],
    ['pads to the width of the first number', 'n[008-10]', 'n008 n009 n010'],
    ['does not pad to the width of the last number', 'n[9-011]', 'n9 n10 n11'],
    ['lets numbers grow beyond the padding', 'n[98-101]', 'n98 n99 n100 n101'],
    ['keeps text after a bracket', 'n[1-2]-ib', 'n1-ib n2-ib'],
    ['accepts brackets next to each other', '[1-2][0-1]', '10 11 20 21'],
    ['removes duplicates and keeps the order', 'b,a,b,n[2,1-2]', 'b a n2 n1'],
    ['skips empty parts', ',a,,b,', 'a b'],
    [
      'counts exactly with huge numbers',
      'n[9007199254740993-9007199254740994]',
      'n9007199254740993 n9007199254740994',
    ],
  ]
  for (const [name, text, names] of good) {
    it(name, () => assert.deepEqual(expandHostlist(text), names.split(' ')))
  }

  const bad: [string, string[], RegExp][] = [
    [
      'refuses brackets that do not pair up',
      ['n[1', 'n1]', 'n[1-2]]', ']1[', 'n[1,2', '['],
      /cannot read the list/,
    ],
    ['refuses brackets inside each other', ['n[1-[2]]', 'n[[1]]', 'n[1,[2-3]]'], /cannot read the list/],
    [
      'refuses what is no number',
      ['n[]', 'n[a]', 'n[1-]', 'n[-1]', 'n[1-2-3]', 'n[ 1]', 'n[1,]', 'n[1.5]', 'n[١]'],
      /cannot/,
    ],
    ['refuses a range that runs backwards', ['n[3-1]'], /cannot read the list/],
    ['refuses to name nothing', ['', ',', ',,,'], /cannot read the list/],
    ['refuses numbers of more than 20 digits', [`n[${'1'.repeat(21)}]`], /cannot read the list/],
    [
      'refuses more than 100,000 names',
      ['n[1-100001]', 'n[1-1000]m[1-101]', 'n[1-100000],a', 'n[1-60000,1-60000]'],
      /too long/,
    ],
    [
      'refuses endless ranges without counting them',
      ['n[0-99999999999999999999]', `${'n[1-9999]'.repeat(50)}`],
      /too long/,
    ],
    [
      'counts duplicates too, so that the work is bounded',
      ['n[1-60000],n[1-60000]', 'a,'.repeat(100_001)],
      /too long/,
    ],
    [
      'refuses names longer than 255 characters',
      ['n'.repeat(256), `${'n'.repeat(254)}[10-11]`],
      /longer than 255/,
    ],
    [
      'survives a megabyte of junk',
      ['['.repeat(1e6), ']'.repeat(1e6), '[1]'.repeat(3e5), 'x'.repeat(1e6)],
      /longer|cannot/,
    ],
  ]
  for (const [name, texts, message] of bad) {
    it(name, () => {
      for (const text of texts) {
        const isRight = (error: unknown) =>
          error instanceof LunaError &&
          error.code === 'invalid' &&
          Boolean(error.fix) &&
          message.test(error.message)
        assert.throws(() => expandHostlist(text), isRight, text.slice(0, 50))
      }
    })
  }

  it('accepts exactly 100,000 names', () =>
    assert.equal(expandHostlist('n[1-1000]m[01-100]').length, 100_000))

  it('shows bad text shortened and without control characters', () => {
    assert.throws(
      () => expandHostlist(`n[\u001b[2J${'x'.repeat(500)}`),
      (error: Error) => {
        return error.message.length < 120 && !error.message.includes('\u001b')
      },
    )
  })
})

describe('compressHostlist', () => {
  const rows: [string, string, string][] = [
    ['gives nothing for no names', '', ''],
    ['keeps names without numbers', 'login admin', 'login,admin'],
    ['keeps a single numbered name', 'node001', 'node001'],
    ['joins runs and lists the rest', 'node001 node002 node003 node020', 'node[001-003,020]'],
    ['joins across a growing width', 'n8 n9 n10 n11', 'n[8-11]'],
    ['joins padded numbers that outgrow the padding', 'n098 n099 n100', 'n[098-100]'],
    ['keeps different paddings apart', 'n1 n02 n003', 'n[1,02,003]'],
    ['does not join padded to unpadded', 'n09 n10 n9', 'n[9,09-10]'],
    ['sorts numbers and removes duplicates', 'n3 n1 n2 n1', 'n[1-3]'],
    ['groups by the text around the last number', 'r1n1 r1n2 r2n1 n1-ib n2-ib', 'r1n[1-2],r2n1,n[1-2]-ib'],
    ['keeps the order in which groups occur', 'b1 a1 b2', 'b[1-2],a1'],
  ]
  for (const [name, names, expected] of rows) {
    it(name, () => {
      const all = names.split(' ').filter(Boolean)
      assert.equal(compressHostlist(all), expected)
      if (expected) assert.deepEqual(new Set(expandHostlist(expected)), new Set(all))
    })
  }

  it('leaves names with brackets or commas as they are', () => {
    assert.equal(compressHostlist(['n[1]', 'n1', 'n2', '["n",""]', 'a,1']), 'n[1],n[1-2],["n",""],a,1')
  })

  it('expands to the same names whatever subset is compressed', () => {
    const pool = [
      'n1',
      'n2',
      'n3',
      'n02',
      'n03',
      'n003',
      'n10',
      'x',
      '7',
      `n${'9'.repeat(25)}`,
      `n1${'0'.repeat(25)}`,
    ]
    for (let mask = 1; mask < 2 ** pool.length; mask++) {
      const names = pool.filter((_, at) => mask & (2 ** at))
      assert.deepEqual(new Set(expandHostlist(compressHostlist(names))), new Set(names))
    }
  })
})
