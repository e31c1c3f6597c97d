import assert from 'node:assert/strict'
import type { Store } from '../../lib/store/store.ts'
import { changeCluster } from '../../lib/task/change/cluster.ts'
import { addGroup } from '../../lib/task/change/group.ts'
import { addNetwork, deleteNetwork } from '../../lib/task/change/network.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { addOtherdevs } from '../../lib/task/change/otherdev.ts'
import { addSwitches } from '../../lib/task/change/switch.ts'
import { rejectsWith } from '../help.ts'
import { assertSound, freeIn, linksOf, refuses, smallSite } from './site.ts'

let store: Store
beforeEach(async () => {
  store = await smallSite()
})

const wish = { name: 'new', address: '192.168.0.0', prefix: 24, nsHostname: 'ns1' }

describe('addNetwork', () => {
  it('clears host bits, gives the name server the last address, and links to the cluster', async () => {
    await addNetwork(store, { ...wish, address: '192.168.0.99' })
    const { NETWORK, PREFIX, ns_ip, version } = await store.getNamed('network', 'new')
    assert.deepEqual([NETWORK, PREFIX, ns_ip, version], [3232235520n, 24, 254n, 4])
    assert.equal(await freeIn(store, 'new'), '1-253')
    assert.deepEqual(await linksOf(store, 'network', 'new'), { 'cluster general': 1 })
  })

  it('puts the name server where it is told to', async () => {
    await addNetwork(store, { ...wish, nsIp: '192.168.0.10' })
    assert.equal(await freeIn(store, 'new'), '1-9,11-254')
  })

  it('counts IPv6 networks beyond 64 bits', async () => {
    await addNetwork(store, { ...wish, address: '2001:db8:10::', prefix: 48, nsIp: '2001:db8:10::1' })
    assert.equal(await freeIn(store, 'new'), '2-1208925819614629174706174')
  })

  it('takes a network inside another one', async () => {
    await addNetwork(store, { ...wish, address: '10.30.128.0', prefix: 17 })
    await assertSound(store)
  })

  const bad: [string, Partial<typeof wish> & { nsIp?: string }, string][] = [
    ['a name in use', { name: 'cluster' }, 'taken'],
    ['a name that cannot be a DNS zone', { name: 'a b' }, 'refused'],
    ['the base of another network, whatever the prefix', { address: '10.30.0.0' }, 'taken'],
    ['what is no address', { address: '10.300.0.0' }, 'invalid'],
    ['a prefix that leaves no hosts', { prefix: 31 }, 'invalid'],
    ['prefix 0', { prefix: 0 }, 'invalid'],
    ['an IPv6 prefix that leaves no hosts', { address: 'fd00::', prefix: 127 }, 'invalid'],
    ['a name server outside', { nsIp: '10.0.0.1' }, 'invalid'],
    ['a name server at the broadcast address', { nsIp: '192.168.0.255' }, 'invalid'],
    ['a name server name that would break the zone', { nsHostname: 'a;b' }, 'invalid'],
  ]
  for (const [what, change, code] of bad) {
    it(`refuses ${what} and creates nothing`, async () => {
      await refuses(store, code, addNetwork(store, { ...wish, ...change }))
    })
  }
})

describe('changeNetwork', () => {
  beforeEach(async () => {
    await addNetwork(store, { ...wish, nsIp: '192.168.0.10' })
  })
  const change = (what: Parameters<typeof changeNetwork>[2]) => changeNetwork(store, 'new', what)

  it('reserves and releases single addresses', async () => {
    await change({ reserve: '192.168.0.100' })
    assert.equal(await freeIn(store, 'new'), '1-9,11-99,101-254')
    await change({ release: '192.168.0.100' })
    await change({ release: '192.168.0.100' })
    assert.equal(await freeIn(store, 'new'), '1-9,11-254')
  })

  it('refuses to reserve what is taken, outside, the base or the broadcast address', async () => {
    await refuses(store, 'failed', change({ reserve: '192.168.0.10' }))
    for (const address of ['192.168.1.1', '192.168.0.0', '192.168.0.255', 'junk'])
      await refuses(store, 'failed', change({ reserve: address }))
  })

  it('refuses to release the base and the broadcast address', async () => {
    for (const address of ['192.168.0.0', '192.168.0.255', '10.0.0.1'])
      await refuses(store, 'invalid', change({ release: address }))
  })

  it('releases an address in use, and says who has it', async () => {
    await addNodes(store, { group: 'compute', names: ['node001'] })
    const { warnings } = await changeNetwork(store, 'cluster', { release: '10.30.0.1' })
    assert.equal(await freeIn(store, 'cluster'), '1-65533')
    assert.match(warnings.join(), /node node001 \(BOOTIF\)/)
  })

  it('moves the name server, and the old address becomes free', async () => {
    await change({ ns_ip: '192.168.0.20' })
    await change({ ns_ip: '192.168.0.20' })
    assert.equal(await freeIn(store, 'new'), '1-19,21-254')
  })

  it('refuses a name server address in use', async () => {
    await change({ reserve: '192.168.0.30' })
    await refuses(store, 'taken', change({ ns_ip: '192.168.0.30' }))
  })

  it('moves to another base with a warning, and keeps relative addresses', async () => {
    const { warnings } = await change({ network: '192.168.50.7' })
    assert.equal((await store.getNamed('network', 'new')).NETWORK, 3232248320n)
    assert.match(warnings.join(), /192\.168\.0\.0\/24 to 192\.168\.50\.0\/24/)
    assert.equal(await freeIn(store, 'new'), '1-9,11-254')
  })

  it('says which switches and devices move with it, and that the frontend address stays', async () => {
    await changeCluster(store, { frontend_address: '10.30.255.254' })
    for (const number of [1, 2])
      await addSwitches(store, { names: [`sw${number}`], network: 'cluster', ip: `10.30.253.${number}` })
    await addOtherdevs(store, { names: ['pdu1'], network: 'cluster', ip: '10.30.252.1' })
    assert.deepEqual((await changeNetwork(store, 'cluster', { network: '10.40.0.0' })).warnings, [
      'network "cluster" moves from 10.30.0.0/16 to 10.40.0.0/16, and every address in it',
      'these have other addresses, and do not know it: 2 switches: sw[1-2]; 1 otherdev: pdu1',
      'the frontend address 10.30.255.254 stays, and lies outside: luna cluster change --frontend_address',
    ])
  })

  it('refuses the base of another network, another IP version, and junk', async () => {
    await refuses(store, 'taken', change({ network: '10.30.0.0' }))
    await refuses(store, 'invalid', change({ network: 'fd00:1::' }))
    await refuses(store, 'invalid', change({ network: 'junk' }))
  })

  it('shrinks while nothing above the new end is in use', async () => {
    await change({ prefix: 25 })
    assert.equal(await freeIn(store, 'new'), '1-9,11-126')
    await refuses(store, 'refused', change({ prefix: 29 }))
  })

  it('grows without freeing what was reserved at the old end', async () => {
    await change({ ns_ip: '192.168.0.254' })
    await change({ prefix: 23 })
    assert.equal(await freeIn(store, 'new'), '1-253,255-510')
  })

  it('warns when growing moves the base', async () => {
    await change({ network: '192.168.3.0' })
    const { warnings } = await change({ prefix: 22 })
    assert.match(warnings.join(), /192\.168\.0\.0\/22/)
  })

  it('refuses prefix 0', async () => {
    await refuses(store, 'invalid', change({ prefix: 0 }))
  })

  it('keeps the label of a classless zone, for IPv4 networks beyond /24 only', async () => {
    await addNetwork(store, { name: 'small', address: '192.168.7.0', prefix: 27, nsHostname: 'm' })
    await changeNetwork(store, 'small', { classless: '0/27' })
    assert.equal((await store.getNamed('network', 'small')).classless, '0/27')
    for (const classless of ['a b', '-', 'x'.repeat(64), '0.27', 'a;b'])
      await rejectsWith('failed', changeNetwork(store, 'small', { classless }))
    await changeNetwork(store, 'small', { classless: '' })
    assert.equal((await store.getNamed('network', 'small')).classless, null)
    await rejectsWith('failed', changeNetwork(store, 'cluster', { classless: '0-27' }))
  })

  it('keeps the texts for the zones', async () => {
    await change({ include: 'www IN A 192.168.0.9' })
    await change({ rev_include: '9 IN PTR www.new.' })
    await change({ ns_hostname: 'ns2' })
    const { include, rev_include, ns_hostname } = await store.getNamed('network', 'new')
    assert.deepEqual(
      [include, rev_include, ns_hostname],
      ['www IN A 192.168.0.9', '9 IN PTR www.new.', 'ns2'],
    )
  })
})

describe('deleteNetwork', () => {
  it('removes a network that nothing uses', async () => {
    await deleteNetwork(store, 'tiny')
    assert.equal(await store.findNamed('network', 'tiny'), undefined)
    await assertSound(store)
  })

  it('names every user when it refuses', async () => {
    await addGroup(store, { name: 'login', osimage: 'os', network: 'cluster' })
    const error = await refuses(store, 'refused', deleteNetwork(store, 'cluster'))
    assert.equal(error.why, 'it is used by 2 groups: compute,login')
    assert.match(error.fix ?? '', /^luna group change 'compute,login' -i INTERFACE --delnet cluster/)
  })

  it('is not held up by a counter of a group that is gone', async () => {
    const [tiny, ghost] = [
      await store.getNamed('network', 'tiny'),
      await store.insert('group', { name: 'ghost' }),
    ]
    await store.link({ kind: 'group', id: ghost }, { kind: 'network', id: tiny.id })
    await store.remove('group', ghost)
    await deleteNetwork(store, 'tiny')
    assert.equal(await store.findNamed('network', 'tiny'), undefined)
  })

  it('refuses the DHCP network even when its link was lost', async () => {
    const { id } = await store.getNamed('network', 'tiny')
    const cluster = await store.getNamed('cluster', 'general')
    await store.update('cluster', cluster.id, { dhcp_net: id })
    await refuses(store, 'refused', deleteNetwork(store, 'tiny'))
  })

  it('gives 255 for one that does not exist', async () => {
    await refuses(store, 'not-found', deleteNetwork(store, 'nope'))
  })
})
