import assert from 'node:assert/strict'
import { makePrefix, parseIp } from '../../lib/object/net/address.ts'
import { ptrName, reverseZone } from '../../lib/object/net/reverse.ts'

function ipOf(text: string) {
  const ip = parseIp(text)
  assert.ok(ip, text)
  return ip
}

function prefixOf(text: string) {
  const [base = '', length] = text.split('/')
  const prefix = makePrefix(ipOf(base), Number(length))
  assert.ok(prefix, text)
  return prefix
}

describe('reverseZone', () => {
  const rows: [string, string, string, string][] = [
    ['10.30.0.0/16', '10.30.0.5', '30.10.in-addr.arpa', '5.0'],
    ['10.16.0.0/12', '10.30.0.5', '10.in-addr.arpa', '5.0.30'],
    ['10.60.128.0/18', '10.60.128.9', '60.10.in-addr.arpa', '9.128'],
    ['192.168.7.32/27', '192.168.7.34', '7.168.192.in-addr.arpa', '34'],
    ['10.0.0.0/30', '10.0.0.1', '0.0.10.in-addr.arpa', '1'],
    ['10.0.0.0/8', '10.1.2.3', '10.in-addr.arpa', '3.2.1'],
    [
      'fd00:30::/64',
      'fd00:30::5',
      '0.0.0.0.0.0.0.0.0.3.0.0.0.0.d.f.ip6.arpa',
      '5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0',
    ],
    ['2001:db8::/35', '2001:db8::1', '8.b.d.0.1.0.0.2.ip6.arpa', `1${'.0'.repeat(23)}`],
    ['f000::/4', 'fedc::', 'f.ip6.arpa', `${'0.'.repeat(28)}c.d.e`],
    ['::1:2:3:4:5:6:4/126', '::1:2:3:4:5:6:6', '', '6'],
  ]
  for (const [network, address, zone, name] of rows) {
    it(`put ${address} of ${network} at ${name.slice(0, 20)}`, () => {
      const found = reverseZone(prefixOf(network))
      if (zone) assert.equal(found, zone)
      assert.equal(`${name}.${found}`, ptrName(ipOf(address)))
    })
  }

  it('know no zone for a prefix that covers no whole label', () => {
    for (const network of ['10.0.0.0/7', 'fd00::/3']) assert.equal(reverseZone(prefixOf(network)), undefined)
  })
})

describe('ptrName', () => {
  it('writes octets or nibbles backwards', () => {
    assert.equal(ptrName(ipOf('10.30.0.5')), '5.0.30.10.in-addr.arpa')
    assert.equal(ptrName(ipOf('2001:db8::ab')), `b.a${'.0'.repeat(22)}.8.b.d.0.1.0.0.2.ip6.arpa`)
  })
})
