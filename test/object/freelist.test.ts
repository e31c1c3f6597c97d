import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import type { Range } from '../../lib/object/field.ts'
import { makePrefix, parseIp } from '../../lib/object/net/address.ts'
import * as freelist from '../../lib/object/net/freelist.ts'

const { complement, fullRange, isFree, isUsable, release, reserve, resize, takeLowest, tidy } = freelist

function net(length: number, base = '10.50.0.0') {
  const ip = parseIp(base)
  const prefix = ip && makePrefix(ip, length)
  assert.ok(prefix)
  return prefix
}

/** `ranges('2-4 7')` */
function ranges(text: string): Range[] {
  const words = text.split(' ').filter(Boolean)
  return words.map((word) => {
    const [start = '', end = start] = word.split('-')
    return { start: BigInt(start), end: BigInt(end) }
  })
}

describe('fullRange', () => {
  it('leaves out base and broadcast', () => {
    assert.deepEqual(fullRange(net(16)), ranges('1-65534'))
    assert.deepEqual(fullRange(net(64, 'fd00:1234::')), ranges('1-18446744073709551614'))
  })
})

describe('isUsable', () => {
  it('is true from the first host to the last', () => {
    assert.deepEqual(
      [0n, 1n, 254n, 255n, -1n].map((n) => isUsable(net(24), n)),
      [false, true, true, false, false],
    )
    assert.equal(isUsable(net(24), 1n, 254n), true)
    assert.equal(isUsable(net(24), 1n, 255n), false)
    assert.equal(isUsable(net(24), 9n, 8n), false)
  })
})

describe('takeLowest', () => {
  it('gives the lowest free address', () => {
    assert.deepEqual(takeLowest(ranges('3-5 9')), { offset: 3n, free: ranges('4-5 9') })
  })

  it('removes a range that it empties', () => {
    assert.deepEqual(takeLowest(ranges('3 9')), { offset: 3n, free: ranges('9') })
  })

  it('gives nothing when the network is full', () => assert.equal(takeLowest([]), undefined))
})

describe('reserve', () => {
  const rows: [string, string, string, string | undefined][] = [
    ['takes one address out of the middle', '1-10', '5', '1-4 6-10'],
    ['takes a range that starts where a free range starts, all of it', '1-65534', '1-100', '101-65534'],
    ['takes a range that ends where a free range ends', '1-10 20-30', '25-30', '1-10 20-24'],
    ['takes a whole free range', '1-10 20-30 40', '20-30', '1-10 40'],
    ['refuses what is taken', '1-10 20-30', '15', undefined],
    ['refuses what is taken in part', '1-10 20-30', '8-11', undefined],
    ['refuses what reaches over a gap', '1-10 12-30', '5-15', undefined],
    ['refuses the base address', '1-10', '0', undefined],
    ['refuses a range from the base address on', '1-10', '0-5', undefined],
    ['refuses what lies above the network', '1-10', '11', undefined],
    ['refuses a range that ends before it starts', '1-10', '5-4', undefined],
    ['refuses everything in a full network', '', '1', undefined],
  ]
  for (const [name, free, wanted, expected] of rows) {
    it(name, () => {
      const [range] = ranges(wanted)
      assert.ok(range)
      assert.deepEqual(reserve(ranges(free), range.start, range.end), expected && ranges(expected))
      assert.equal(isFree(ranges(free), range.start, range.end), expected !== undefined)
    })
  }
})

describe('release', () => {
  const rows: [string, string, string, string][] = [
    ['adds a range of its own', '1-3 20-30', '10', '1-3 10 20-30'],
    ['merges with the range before', '1-3 20-30', '4', '1-4 20-30'],
    ['merges with the range after', '1-3 20-30', '15-19', '1-3 15-30'],
    ['merges with both neighbours', '1-3 5-30', '4', '1-30'],
    ['accepts what is free already', '1-3 5-30', '6', '1-3 5-30'],
    ['covers several ranges', '1-3 5-6 8-9 12', '2-10', '1-10 12'],
    ['begins the list of a full network', '', '7', '7'],
    ['adds below the first range', '20-30', '1', '1 20-30'],
  ]
  for (const [name, free, given, expected] of rows) {
    it(name, () => {
      const [range] = ranges(given)
      assert.ok(range)
      assert.deepEqual(release(ranges(free), range.start, range.end), ranges(expected))
    })
  }

  it('refuses the base address and ranges that end before they start', () => {
    assert.throws(() => release(ranges('1-3'), 0n), LunaError)
    assert.throws(() => release(ranges('1-3'), 0n, 5n), LunaError)
    assert.throws(() => release(ranges('1-3'), 9n, 8n), LunaError)
  })
})

describe('reserve and release', () => {
  it('agree with a plain set of numbers over thousands of steps, and leave their input alone', () => {
    let seed = 12345
    const dice = (sides: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return Math.floor((seed / 2 ** 31) * sides)
    }
    let free = fullRange(net(26))
    const set = new Set(Array.from({ length: 62 }, (_, at) => at + 1))
    for (let step = 0; step < 4000; step++) {
      const start = 1 + dice(62)
      const all = Array.from({ length: Math.min(1 + dice(5), 63 - start) }, (_, at) => start + at)
      const end = BigInt(start + all.length - 1)
      const before = Object.freeze(free.map((range) => Object.freeze(range)))
      if (dice(2)) {
        free = release(before, BigInt(start), end)
        for (const n of all) set.add(n)
      } else {
        const rest = reserve(before, BigInt(start), end)
        assert.equal(
          rest !== undefined,
          all.every((n) => set.has(n)),
        )
        if (rest) for (const n of all) set.delete(n)
        free = rest ?? free
      }
      const taken = Array.from({ length: 62 }, (_, at) => at + 1).filter((n) => !set.has(n))
      const expected = complement(
        taken.map((n) => ({ start: BigInt(n), end: BigInt(n) })),
        net(26),
      )
      assert.deepEqual(free, expected)
    }
  })

  it('handle thousands of ranges', () => {
    let free = fullRange(net(16))
    for (let n = 2n; n <= 20000n; n += 2n) free = reserve(free, n) ?? []
    assert.equal(free.length, 10001)
    for (let n = 20000n; n >= 2n; n -= 2n) free = release(free, n)
    assert.deepEqual(free, fullRange(net(16)))
  })
})

describe('resize', () => {
  it('frees what a bigger network adds, and keeps a taken tail taken', () => {
    assert.deepEqual(resize(ranges('1-253'), net(24), net(23)), ranges('1-253 255-510'))
  })

  it('merges what a bigger network adds with a free tail', () => {
    assert.deepEqual(resize(ranges('7-254'), net(24), net(22)), ranges('7-1022'))
  })

  it('fills a network that was full', () => {
    assert.deepEqual(resize([], net(30), net(29)), ranges('3-6'))
  })

  it('cuts a smaller network down to its last host', () => {
    assert.deepEqual(resize(ranges('3-65534'), net(16), net(24)), ranges('3-254'))
  })

  it('refuses to lose an address that is in use', () => {
    assert.equal(resize(ranges('3-65533'), net(16), net(24)), undefined)
    assert.equal(resize(ranges('3-254 256-65534'), net(16), net(24)), undefined)
  })

  it('keeps the list when the length stays, and refuses the other version', () => {
    assert.deepEqual(resize(ranges('3-9'), net(24), net(24)), ranges('3-9'))
    assert.equal(resize(ranges('3-9'), net(24), net(64, 'fd00::')), undefined)
  })
})

describe('complement', () => {
  const rows: [string, string, string][] = [
    ['gives the taken ranges of a free list', '3-5 9-14', '1-2 6-8'],
    ['gives everything for the empty list', '', '1-14'],
    ['gives nothing for the full list', '1-14', ''],
    ['takes ranges in any order, overlapping', '9-10 3-8 5-6', '1-2 11-14'],
    ['ignores what lies outside the network', '0 15-99', '1-14'],
    ['ignores a range that ends before it starts', '9-3', '1-14'],
    ['ends where the network ends', '20-30 2', '1 3-14'],
  ]
  for (const [name, given, expected] of rows) {
    it(name, () => assert.deepEqual(complement(ranges(given), net(28)), ranges(expected)))
  }
})

describe('tidy', () => {
  it('sorts, merges and cuts what an old database holds', () => {
    assert.deepEqual(tidy(ranges('9-10 0-3 4 15'), net(28)), ranges('1-4 9-10'))
  })
})
