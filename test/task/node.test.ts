import assert from 'node:assert/strict'
import { parseMac } from '../../lib/object/net/mac.ts'
import type { Store } from '../../lib/store/store.ts'
import { changeCluster } from '../../lib/task/change/cluster.ts'
import { addGroup } from '../../lib/task/change/group.ts'
import { addInterface, renameInterface } from '../../lib/task/change/group-interface.ts'
import { setNetwork } from '../../lib/task/change/group-network.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes, type NodeChange } from '../../lib/task/change/node-change.ts'
import { deleteObjects } from '../../lib/task/change/object.ts'
import { addSwitches } from '../../lib/task/change/switch.ts'
import { addressesOf, assertSound, codes, freeIn, linksOf, refuses, smallSite } from './site.ts'

let store: Store
beforeEach(async () => {
  store = await smallSite()
})

const add = (...names: string[]) => addNodes(store, { group: 'compute', names })
const change = (name: string, what: NodeChange) => changeNodes(store, [name], what)

async function macOf(name: string): Promise<string | undefined> {
  return await store.macOf((await store.getNamed('node', name)).id)
}

async function exists(name: string): Promise<boolean> {
  return (await store.findNamed('node', name)) !== undefined
}

describe('addNodes', () => {
  it('gives each node the lowest free address on every interface with a network', async () => {
    await addInterface(store, 'compute', 'eth1')
    const { added } = await add('node001', 'node005')
    assert.deepEqual(added, ['node001', 'node005'])
    assert.deepEqual(await addressesOf(store, 'node005'), { BMC: '10.31.0.2', BOOTIF: '10.30.0.2' })
    assert.deepEqual(await linksOf(store, 'node', 'node005'), { 'cluster general': 1, 'group compute': 1 })
    await assertSound(store)
  })

  it('warns of host names that an initramfs of Luna 1.2 cuts to the same', async () => {
    const { warnings } = await add('compute-rack01-node001', 'compute-rack01-node002', 'login')
    assert.equal(warnings.length, 1)
    assert.match(
      warnings[0] ?? '',
      /^compute-rack01-node\[001-002\]\.cluster: these host names begin with the same 20 characters, compute-rack01-node0: /,
    )
    await changeCluster(store, { nodeprefix: 'compute-rack01-node' })
    const wish = { osimage: 'os', network: 'cluster' }
    assert.equal((await addGroup(store, { name: 'long', ...wish })).warnings.length, 1)
    await changeCluster(store, { nodeprefix: 'node' })
    assert.equal((await addGroup(store, { name: 'short', ...wish })).warnings.length, 0)
  })

  it('gives addresses to two interfaces in one network by interface name', async () => {
    await addInterface(store, 'compute', 'eth1')
    await setNetwork(store, 'compute', 'eth1', 'cluster')
    await add('node001')
    assert.deepEqual(await addressesOf(store, 'node001'), {
      BMC: '10.31.0.1',
      BOOTIF: '10.30.0.1',
      eth1: '10.30.0.2',
    })
  })

  it('makes a name of the next number when none is given', async () => {
    await add('node005', 'login', 'done007')
    assert.deepEqual((await addNodes(store, { group: 'compute' })).added, ['node006'])
  })

  it('stops at a name in use and keeps the earlier nodes', async () => {
    await add('node002')
    const outcome = await add('node001', 'node002', 'node003')
    assert.deepEqual([outcome.added, codes(outcome)], [['node001'], ['taken']])
    assert.equal(await exists('node003'), false)
    assert.equal(await freeIn(store, 'cluster'), '3-65533')
    await assertSound(store)
  })

  it('creates nothing when one of its networks is exhausted', async () => {
    await addInterface(store, 'compute', 'eth1')
    await setNetwork(store, 'compute', 'eth1', 'tiny')
    const outcome = await add('n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7')
    assert.deepEqual([outcome.added.length, codes(outcome)], [5, ['failed']])
    assert.match(outcome.failures[0]?.message ?? '', /"tiny" for n6/)
    assert.deepEqual([await exists('n6'), await exists('n7')], [false, false])
    assert.equal(await freeIn(store, 'cluster'), '6-65533')
    await assertSound(store)
  })

  it('refuses names that are no host names', async () => {
    for (const name of ['bad name;x', '-x', 'a.b', '']) assert.deepEqual(codes(await add(name)), ['refused'])
    assert.deepEqual(await store.list('node'), [])
  })

  it('refuses an unknown group', async () => {
    await refuses(store, 'not-found', addNodes(store, { group: 'nope' }))
  })
})

describe('changeNodes', () => {
  beforeEach(async () => {
    await add('node001', 'node002')
  })

  it('sets flags, comment and port', async () => {
    await change('node001', { localboot: true, setupbmc: false, service: true, comment: 'hot', port: '7' })
    const { localboot, setupbmc, service, comment, port } = await store.getNamed('node', 'node001')
    assert.deepEqual([localboot, setupbmc, service, comment, port], [true, false, true, 'hot', '7'])
  })

  it('keeps a MAC address in lower case, and erases it', async () => {
    await change('node001', { mac: '00:11:22:AA:BB:CC' })
    assert.equal(await macOf('node001'), '00:11:22:aa:bb:cc')
    await change('node001', { mac: '' })
    await change('node001', { mac: '' })
    assert.equal(await macOf('node001'), undefined)
  })

  it('leaves a MAC address that several nodes are given with the last, and warns of it once', async () => {
    const mac = '00:11:22:aa:bb:cc'
    const { warnings, failures } = await changeNodes(store, ['node001', 'node002'], { mac })
    assert.deepEqual(failures, [])
    assert.deepEqual([await macOf('node001'), await macOf('node002')], [undefined, mac])
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /from one to the next of 2 nodes, and node002 has it/)
    const also = await changeNodes(store, ['node001', 'node002'], { also: ['00:11:22:aa:bb:dd'] })
    assert.equal(also.warnings.length, 1)
  })

  it('takes a MAC address from whoever had it, and says from whom', async () => {
    await change('node001', { mac: '00:11:22:aa:bb:cc' })
    const { warnings } = await change('node002', { mac: '00:11:22:aa:bb:cc' })
    assert.match(warnings.join(), /of node001.*node002/)
    assert.deepEqual([await macOf('node001'), await macOf('node002')], [undefined, '00:11:22:aa:bb:cc'])
  })

  it('changes everything else when the MAC address is malformed', async () => {
    for (const mac of ['00-11-22-33-44-55', '001122334455', '0:1:2:3:4:5'])
      assert.deepEqual(codes(await change('node001', { mac, localboot: true })), ['invalid'])
    assert.equal((await store.getNamed('node', 'node001')).localboot, true)
    assert.equal(await macOf('node001'), undefined)
  })

  it('plugs it into a switch and out again', async () => {
    await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
    await change('node001', { switch: 'sw01' })
    await change('node001', { switch: 'sw01' })
    assert.equal((await linksOf(store, 'node', 'node001'))['switch sw01'], 1)
    await change('node001', { switch: '' })
    await change('node001', { switch: '' })
    assert.equal((await store.getNamed('node', 'node001')).switch, null)
    await assertSound(store)
  })

  it('changes nothing when the switch or the group does not exist', async () => {
    await refuses(store, 'not-found', change('node001', { switch: 'nope', localboot: true }))
    await refuses(store, 'not-found', change('node001', { group: 'nope', localboot: true }))
  })

  it('stops at a node that does not exist with the earlier ones changed', async () => {
    const outcome = await changeNodes(store, ['node001', 'nope', 'node002'], { localboot: true })
    assert.deepEqual(codes(outcome), ['not-found'])
    assert.equal((await store.getNamed('node', 'node001')).localboot, true)
    assert.equal((await store.getNamed('node', 'node002')).localboot, false)
  })

  const give = (name: string, iface: string, address: string) =>
    change(name, { interface: { name: iface, address } })

  it('gives an interface a certain address, and frees the old one', async () => {
    await give('node001', 'BOOTIF', '10.30.0.200')
    await give('node001', 'BOOTIF', '10.30.0.200')
    assert.equal((await addressesOf(store, 'node001')).BOOTIF, '10.30.0.200')
    assert.equal(await freeIn(store, 'cluster'), '1-1,3-199,201-65533')
    await assertSound(store)
  })

  it('gives an address to an interface that has none yet', async () => {
    await setNetwork(store, 'compute', 'BOOTIF', 'six')
    const { id, interfaces } = await store.getNamed('node', 'node001')
    const without = Object.entries(interfaces).map(([key, iface]) => [key, { ...iface, 6: null }])
    await store.update('node', id, { interfaces: Object.fromEntries(without) })
    await give('node001', 'BOOTIF', 'fd00:30::99')
    assert.equal((await addressesOf(store, 'node001')).BOOTIF, '10.30.0.1 fd00:30::99')
  })

  it('takes IPv6 offsets beyond 64 bits', async () => {
    await setNetwork(store, 'compute', 'BOOTIF', 'six')
    await give('node001', 'BOOTIF', 'fd00:30::f000:0:0:1')
    assert.equal((await addressesOf(store, 'node001')).BOOTIF, '10.30.0.1 fd00:30::f000:0:0:1')
    await assertSound(store)
  })

  it('keeps the old address when the new one cannot be had', async () => {
    const bad: [string, string][] = [
      ['BOOTIF', '10.30.0.2'],
      ['BOOTIF', '10.30.255.254'],
      ['BOOTIF', '10.30.0.0'],
      ['BOOTIF', '10.31.0.200'],
      ['BOOTIF', 'junk'],
      ['BOOTIF', 'fd00::1'],
      ['nope', '10.30.0.5'],
    ]
    const before = JSON.stringify(await store.dump())
    for (const [iface, address] of bad) assert.equal(codes(await give('node001', iface, address)).length, 1)
    assert.equal(JSON.stringify(await store.dump()), before)
  })
})

describe('a node that moves to another group', () => {
  beforeEach(async () => {
    await add('node001', 'node002')
    await change('node001', { interface: { name: 'BOOTIF', address: '10.30.7.7' } })
    await addGroup(store, { name: 'other', osimage: 'os', network: 'tiny' })
  })

  it('carries its address over to the interface in the same network', async () => {
    await addInterface(store, 'other', 'eth5')
    await setNetwork(store, 'other', 'eth5', 'cluster')
    await change('node001', { group: 'other' })
    assert.deepEqual(await addressesOf(store, 'node001'), { BOOTIF: '172.16.1.1', eth5: '10.30.7.7' })
    assert.equal(await freeIn(store, 'ipmi'), '1-1,3-65533')
    await assertSound(store)
  })

  it('gets its old addresses back on the interfaces of the same name', async () => {
    await renameInterface(store, 'other', 'BOOTIF', 'ib0')
    await addInterface(store, 'other', 'BOOTIF')
    await setNetwork(store, 'other', 'BOOTIF', 'cluster')
    await changeNodes(store, ['node001', 'node002'], { group: 'other' })
    assert.deepEqual(await addressesOf(store, 'node001'), { BOOTIF: '10.30.7.7', ib0: '172.16.1.1' })
    assert.deepEqual(await addressesOf(store, 'node002'), { BOOTIF: '10.30.0.2', ib0: '172.16.1.2' })
    await assertSound(store)
  })

  it('keeps everything when it is the same group again', async () => {
    const before = JSON.stringify(await store.dump())
    await change('node001', { group: 'compute' })
    assert.equal(JSON.stringify(await store.dump()), before)
  })

  it('is warned of when the image there is not packed', async () => {
    const { warnings } = await change('node001', { group: 'other' })
    assert.match(warnings.join(), /^osimage os is not packed: these nodes cannot boot until then/)
  })

  it('moves without an address where the network has none, which is a failure', async () => {
    for (const last of [1, 2, 3, 4, 5]) await changeNetwork(store, 'tiny', { reserve: `172.16.1.${last}` })
    const outcome = await change('node001', { group: 'other' })
    assert.deepEqual(codes(outcome), ['failed'])
    assert.deepEqual(await addressesOf(store, 'node001'), {})
    await changeNetwork(store, 'tiny', { release: '172.16.1.3' })
    assert.deepEqual(codes(await change('node001', { group: 'other' })), [])
    assert.deepEqual(await addressesOf(store, 'node001'), { BOOTIF: '172.16.1.3' })
  })
})

describe('deleteObjects of nodes', () => {
  it('frees addresses, and forgets MAC addresses and where switches saw them', async () => {
    await add('node001', 'node002')
    await change('node001', { mac: '52:54:00:00:00:01' })
    const mac = parseMac('52:54:00:00:00:01')
    assert(mac)
    await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
    const { id } = await store.getNamed('switch', 'sw01')
    await store.learn([{ switch: id, mac, port: '7', portname: 'Gi0/7', updated: new Date() }])
    await deleteObjects(store, 'node', ['node001'])
    assert.equal(await freeIn(store, 'ipmi'), '1-1,3-65533')
    assert.deepEqual([await store.findMac(mac), await store.learned(mac)], [undefined, []])
    await assertSound(store)
  })

  it('stops at one that does not exist with the earlier ones gone', async () => {
    await add('node001', 'node002')
    assert.deepEqual(codes(await deleteObjects(store, 'node', ['node001', 'nope', 'node002'])), ['not-found'])
    assert.deepEqual([await exists('node001'), await exists('node002')], [false, true])
  })

  it('deletes what a failed addition of the first Luna left behind', async () => {
    const { id: group } = await store.getNamed('group', 'compute')
    await store.insert('node', { name: 'orphan', group })
    assert.deepEqual(codes(await deleteObjects(store, 'node', ['orphan'])), [])
    assert.equal(await exists('orphan'), false)
  })
})
