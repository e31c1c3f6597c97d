import assert from 'node:assert/strict'
import { parseIp } from '../../lib/object/net/address.ts'
import { isServed, networkText, parseNetwork, servedPrefixes } from '../../lib/object/net/served.ts'

const cluster = {
  frontend_address: '10.30.255.254',
  cluster_ips: '10.30.255.252, 10.30.255.253',
  boot_networks: null,
}
const network = (text: string, length: number) => {
  const ip = parseIp(text)
  return { version: ip?.version ?? 4, NETWORK: ip?.value ?? 0n, PREFIX: length } as never
}

describe('who is served', () => {
  it('is the networks of the cluster, what a site adds, the heads and the machine itself', () => {
    const networks = [network('10.30.0.0', 16), network('fd30::', 64)]
    const all = servedPrefixes({ ...cluster, boot_networks: '192.168.0.0/24,172.16.0.9' }, networks)
    const texts = ['127.0.0.0/8', '::1', '10.30.0.0/16', 'fd30::/64', '192.168.0.0/24', '172.16.0.9']
    assert.deepEqual(all.map(networkText), texts)
  })

  it('is the heads alone where there is no network yet', () => {
    assert.deepEqual(servedPrefixes(cluster, []).map(networkText), [
      ...['127.0.0.0/8', '::1', '10.30.255.254', '10.30.255.252', '10.30.255.253'],
    ])
  })

  it('does not depend on the form of an address', () => {
    const all = servedPrefixes(cluster, [network('10.30.0.0', 16), network('fd30::', 64)])
    for (const inside of ['10.30.1.1', '::ffff:10.30.1.1', 'fd30::9', '::1', '127.1.2.3'])
      assert.equal(isServed(inside, all), true, inside)
    for (const outside of ['10.31.0.1', '::ffff:10.31.0.1', 'fd31::1', '8.8.8.8', '', 'unix:'])
      assert.equal(isServed(outside, all), false, outside)
  })

  it('takes networks by their base address only', () => {
    assert.equal(networkText(parseNetwork('10.0.0.0/8') ?? (undefined as never)), '10.0.0.0/8')
    for (const bad of ['10.0.0.1/8', '10.0.0.0/33', 'x', '', '10.0.0.0/', 'fe80::1/10', '10.0.0.0/8/8'])
      assert.equal(parseNetwork(bad), undefined, bad)
  })
})
