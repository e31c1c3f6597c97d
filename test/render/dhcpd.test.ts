import assert from 'node:assert/strict'
import { dhcpdOrigin, renderDhcpd } from '../../lib/render/dhcpd.ts'
import { mac } from '../help.ts'

describe('dhcpdOrigin', () => {
  it('tells the reservation of a node from what the template says itself', () => {
    const hosts = ['a1', 'a10'].map((name, at) => ({ name, mac: mac(at), address: `10.30.0.${at + 1}` }))
    const text = renderDhcpd({
      network: { version: 4, base: 0x0a_1e_00_00n, length: 16 },
      ...{ start: '10.30.128.1', end: '10.30.140.1', frontend: '10.30.255.254', url: 'http://x', key: 'k' },
      hosts,
      failover: null,
    })
    const origin = dhcpdOrigin(text, hosts, '/nowhere')
    const line = (part: string) => text.slice(0, text.indexOf(part)).split('\n').length
    assert.equal(origin(line('subnet')).name, "what Luna's template dhcpd.conf.mustache makes")
    assert.equal(origin(line('fixed-address 10.30.0.1;')).name, 'the reservation of node "a1"')
    assert.equal(origin(line('fixed-address 10.30.0.2;')).fix, 'luna node rename a10 --newname OTHER')
  })
})
