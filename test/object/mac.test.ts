import assert from 'node:assert/strict'
import { type Mac, macObjection, macsOfHwdata, parseMac, readMac } from '../../lib/object/net/mac.ts'

describe('parseMac', () => {
  it('accepts six groups with colons in any case and gives lower case', () => {
    assert.equal(parseMac('00:11:22:AA:bb:Cc'), '00:11:22:aa:bb:cc')
  })

  const refused = {
    hyphens: '00-11-22-33-44-55',
    'no separators': '001122334455',
    'short groups': '0:1:2:3:4:5',
    'dotted groups of four': '0011.2233.4455',
    'five groups': '00:11:22:33:44',
    'InfiniBand addresses of twenty octets': '80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0a:0b:0c',
    'other letters': '00:11:22:33:44:5g',
    'blanks and line ends': '00:11:22:33:44:55\n',
    nothing: '',
  }
  for (const [what, text] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.equal(parseMac(text), undefined))
  }
})

describe('readMac', () => {
  for (const text of [
    ...['52:54:00:00:00:0c', '52-54-00-00-00-0C', '5254.0000.000C', '52540000000c', ' 52:54:00:00:00:0C\t'],
  ]) {
    it(`reads ${JSON.stringify(text)}`, () => assert.equal(readMac(text), '52:54:00:00:00:0c'))
  }

  for (const text of [
    '52:54-00:00:00:0c',
    '5254:0000:000c',
    '52.54.00.00.00.0c',
    '5254.00000.00c',
    '5254000000',
    '',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(readMac(text), undefined))
  }
})

describe('macObjection', () => {
  for (const [text, why] of [
    ['00:00:00:00:00:00', /no address/],
    ['ff:ff:ff:ff:ff:ff', /broadcast/],
    ['01:00:5e:00:00:01', /multicast/],
    ['33:33:00:00:00:01', /multicast/],
    ['03:00:00:00:00:00', /multicast/],
  ] as const) {
    it(`says what ${text} is`, () => assert.match(macObjection(parseMac(text) as Mac) ?? '', why))
  }

  it('has none to machines, real or virtual', () => {
    for (const text of ['52:54:00:00:00:01', '00:00:00:00:00:01', 'fe:ff:ff:ff:ff:ff'])
      assert.equal(macObjection(parseMac(text) as Mac), undefined)
  })
})

describe('macsOfHwdata', () => {
  it('gives the addresses in order, each once, and ignores the rest', () => {
    const text = 'serial1|52:54:00:00:00:02||junk|52:54:00:00:00:01|52:54:00:00:00:02|00:00:00:00:00:00|'
    assert.deepEqual(macsOfHwdata(text), ['52:54:00:00:00:02', '52:54:00:00:00:01'])
  })

  it('reads hyphens, but not twelve digits, which may be an asset tag', () => {
    assert.deepEqual(macsOfHwdata('123456789012|52-54-00-00-00-0C'), ['52:54:00:00:00:0c'])
  })

  it('leaves out what no machine can have', () => {
    const text = 'ff:ff:ff:ff:ff:ff|00-00-00-00-00-00|01:00:5e:00:00:01|33-33-00-00-00-01|02:00:00:00:00:01'
    assert.deepEqual(macsOfHwdata(text), ['02:00:00:00:00:01'])
  })

  it('gives nothing for what is empty or junk', () => {
    for (const text of ['', '|||', 'junk|', "'; drop|$(reboot)", '|'.repeat(1_000_000)]) {
      assert.deepEqual(macsOfHwdata(text), [])
    }
  })

  it('stops after 64 addresses', () => {
    const many = Array.from({ length: 200 }, (_, n) => `52:54:00:00:00:${n.toString(16).padStart(2, '0')}`)
    assert.deepEqual(macsOfHwdata(many.join('|')), many.slice(0, 64))
  })
})
