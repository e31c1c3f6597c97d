import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import type { Prefix } from '../../lib/object/net/address.ts'
import * as address from '../../lib/object/net/address.ts'

const { formatIp, formatPrefix, fromOffset, lastHost, makePrefix, netmask, parseIp, toOffset } = address

function prefixOf(text: string): Prefix {
  const [base = '', length] = text.split('/')
  const ip = parseIp(base)
  const prefix = ip && makePrefix(ip, Number(length))
  assert.ok(prefix, `${text} is a prefix`)
  return prefix
}

describe('parseIp', () => {
  const good: [string, string, 4 | 6, bigint][] = [
    ['reads a dotted quad', '10.30.255.254', 4, 169803774n],
    ['reads the lowest IPv4 address', '0.0.0.0', 4, 0n],
    ['reads the highest IPv4 address', '255.255.255.255', 4, 0xffff_ffffn],
    ['reads the lowest IPv6 address', '::', 6, 0n],
    ['reads leading zeros left out', '::1', 6, 1n],
    ['reads trailing zeros left out', 'fd00:1234::', 6, 336295052136821032316476372165735743488n],
    ['reads zeros left out in the middle', '1::8', 6, (1n << 112n) + 8n],
    ['reads eight full groups', '0001:0000:0000:0000:0000:0000:0000:00aF', 6, (1n << 112n) + 0xafn],
    ['reads one group left out', '1:2:3:4:5:6:7::', 6, 0x0001_0002_0003_0004_0005_0006_0007_0000n],
    ['reads IPv4 in the last 32 bits', '::ffff:10.0.0.1', 6, 0xffff_0a00_0001n],
    ['reads IPv4 after six groups', '1:2:3:4:5:6:7.8.9.10', 6, 0x0001_0002_0003_0004_0005_0006_0708_090an],
  ]
  for (const [name, text, version, value] of good) {
    it(name, () => assert.deepEqual(parseIp(text), { version, value }))
  }

  const bad: [string, string[]][] = [
    ['refuses what is empty or no address', ['', ' ', 'node001', '1', '0x0a000001', '167772161', ':', ':::']],
    ['refuses three or five IPv4 numbers', ['10.0.0', '10.0.0.0.1', '10..0.1', '.10.0.0.1', '10.0.0.1.']],
    ['refuses IPv4 numbers above 255', ['256.0.0.1', '1.2.3.999', '1.2.3.1000']],
    ['refuses leading zeros, which some read as octal', ['010.0.0.1', '10.0.0.00', '10.0.0.01']],
    [
      'refuses signs, blanks, line ends and other digits',
      ['-1.0.0.1', '+1.0.0.1', ' 1.0.0.1', '1.0.0.1\n', '１.0.0.1'],
    ],
    ['refuses two gaps', ['1::2::3', '::1::', '1:::2']],
    ['refuses a gap that stands for nothing', ['1:2:3:4:5:6:7:8::', '1:2:3:4::5:6:7:8', '::1:2:3:4:5:6:7:8']],
    ['refuses too few and too many groups', ['1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:1.2.3.4']],
    [
      'refuses groups that are no hexadecimal number of four digits',
      ['12345::', 'g::', '::0x1', '::-1', '1:2:3:4:5:6:7:'],
    ],
    ['refuses IPv4 anywhere but at the end', ['1.2.3.4::', '1.2.3.4::1', '::1.2.3.4:5']],
    ['refuses bad IPv4 at the end', ['::1.2.3', '::1.2.3.256', '::01.2.3.4']],
    ['refuses zones and prefix lengths', ['fe80::1%eth0', '10.0.0.0/8', '[::1]']],
    ['refuses endless text', ['1'.repeat(1_000_000), ':'.repeat(1_000_000), '0'.repeat(46)]],
  ]
  for (const [name, texts] of bad) {
    it(name, () => {
      for (const text of texts) assert.equal(parseIp(text), undefined, JSON.stringify(text.slice(0, 50)))
    })
  }
})

describe('formatIp', () => {
  const rows: [string, string, string][] = [
    [
      'writes lower-case hexadecimal without leading zeros',
      '2001:0DB8:1:2:3:4:5:00AB',
      '2001:db8:1:2:3:4:5:ab',
    ],
    ['shortens the longest run of zeros', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['shortens the first of two equal runs', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['keeps a single zero group', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['does not take the end of a group for zeros', '10:0:0:20:0:300:0:4000', '10::20:0:300:0:4000'],
    ['writes all zeros', '0:0:0:0:0:0:0:0', '::'],
    ['writes zeros at the start', '0:0:0:0:0:0:0:1', '::1'],
    ['writes zeros at the end', 'fd00:30:0:0:0:0:0:0', 'fd00:30::'],
    ['writes a mapped IPv4 address in its own way', '::ffff:a1e:1', '::ffff:10.30.0.1'],
  ]
  for (const [name, text, expected] of rows) {
    it(name, () => {
      const ip = parseIp(text)
      assert.equal(ip && formatIp(ip.version, ip.value), expected)
    })
  }

  it('gives text that reads as the same address, whatever groups are zero', () => {
    for (let mask = 0n; mask < 256n; mask++) {
      let value = 0n
      for (let group = 0n; group < 8n; group++)
        if ((mask >> group) & 1n) value |= (0xa0n + group) << (group * 16n)
      assert.deepEqual(parseIp(formatIp(6, value)), { version: 6, value })
      const short = value & 0xffff_ffffn
      assert.deepEqual(parseIp(formatIp(4, short)), { version: 4, value: short })
    }
  })

  it('refuses numbers that are no address', () => {
    for (const [version, value] of [
      [4, 1n << 32n],
      [4, -1n],
      [6, 1n << 128n],
      [6, -1n],
    ] as const) {
      assert.throws(() => formatIp(version, value), {
        code: 'invalid',
        message: `${value} is not an IPv${version} address`,
      })
    }
  })
})

describe('makePrefix', () => {
  it('clears the host bits', () => {
    assert.deepEqual(prefixOf('10.30.7.9/16'), { version: 4, base: 169738240n, length: 16 })
    assert.equal(formatPrefix(prefixOf('10.30.201.9/18')), '10.30.192.0/18')
    assert.equal(formatPrefix(prefixOf('fd00:1234::77:1/64')), 'fd00:1234::/64')
  })

  it('accepts lengths that leave room for two hosts, and no others', () => {
    for (const [text, most] of [
      ['255.255.255.255', 30],
      ['ffff::ffff', 126],
    ] as const) {
      const ip = parseIp(text)
      assert.ok(ip)
      const accepted = Array.from({ length: 140 }, (_, at) => at - 5).filter((length) =>
        makePrefix(ip, length),
      )
      assert.deepEqual(
        accepted,
        Array.from({ length: most }, (_, at) => at + 1),
      )
      for (const length of [Number.NaN, 8.5, Number.POSITIVE_INFINITY])
        assert.equal(makePrefix(ip, length), undefined)
    }
  })
})

describe('netmask', () => {
  for (const [length, mask] of [
    [0, '0.0.0.0'],
    [1, '128.0.0.0'],
    [18, '255.255.192.0'],
    [32, '255.255.255.255'],
  ] as const) {
    it(`of /${length} is ${mask}`, () => assert.equal(netmask(length), mask))
  }
})

describe('lastHost', () => {
  const rows: [string, bigint][] = [
    ['10.30.0.0/16', 65534n],
    ['10.0.0.0/30', 2n],
    ['fd00::/126', 2n],
    ['fd00:1234::/64', 18446744073709551614n],
  ]
  for (const [text, expected] of rows) {
    it(`of ${text} is ${expected}`, () => assert.equal(lastHost(prefixOf(text)), expected))
  }
})

describe('toOffset and fromOffset', () => {
  const four = prefixOf('10.30.0.0/16')
  const six = prefixOf('fd00:30::/64')
  const offset = (prefix: Prefix, text: string) => {
    const ip = parseIp(text)
    return ip && toOffset(prefix, ip)
  }

  it('undo each other from base to broadcast', () => {
    for (const prefix of [four, six, prefixOf('10.0.0.4/30')]) {
      for (const one of [0n, 1n, 2n, lastHost(prefix), lastHost(prefix) + 1n]) {
        assert.equal(offset(prefix, fromOffset(prefix, one)), one)
      }
    }
  })

  it('give no offset to addresses outside or of the other version', () => {
    for (const text of ['10.29.255.255', '10.31.0.0', '::10.30.0.1'])
      assert.equal(offset(four, text), undefined)
    for (const text of ['fd00:2f:ffff::', 'fd00:30:0:1::', '10.30.0.1'])
      assert.equal(offset(six, text), undefined)
  })

  it('give no address to offsets outside', () => {
    assert.throws(
      () => fromOffset(four, 65536n),
      /relative address 65536 lies outside the network 10\.30\.0\.0\/16/,
    )
    assert.throws(() => fromOffset(six, -1n), LunaError)
  })
})
