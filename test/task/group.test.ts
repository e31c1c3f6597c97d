import assert from 'node:assert/strict'
import type { Store } from '../../lib/store/store.ts'
import { addGroup, changeGroup, cloneGroup } from '../../lib/task/change/group.ts'
import {
  addInterface,
  deleteInterface,
  editInterface,
  renameInterface,
} from '../../lib/task/change/group-interface.ts'
import { delNetwork, setNetwork } from '../../lib/task/change/group-network.ts'
import { deleteNetwork } from '../../lib/task/change/network.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { deleteObject } from '../../lib/task/change/object.ts'
import { addressesOf, assertSound, codes, freeIn, linksOf, refuses, smallSite } from './site.ts'

let store: Store
beforeEach(async () => {
  store = await smallSite()
})

async function paramsOf(group: string, iface: string): Promise<string | undefined> {
  const { interfaces } = await store.getNamed('group', group)
  return Object.values(interfaces).find(({ name }) => name === iface)?.params
}

const wish = { name: 'g2', osimage: 'os', network: 'cluster' }

describe('addGroup', () => {
  it('makes BOOTIF, takes the network as domain too, and counts both', async () => {
    await addGroup(store, { ...wish, bmcsetup: 'base' })
    assert.deepEqual(await linksOf(store, 'group', 'g2'), {
      'cluster general': 1,
      'osimage os': 1,
      'bmcsetup base': 1,
      'network cluster': 2,
    })
    await assertSound(store)
  })

  it('makes BMC where there is a network for it', async () => {
    await addGroup(store, { ...wish, bmcnetwork: 'cluster' })
    assert.equal((await linksOf(store, 'group', 'g2'))['network cluster'], 3)
    const { interfaces } = await store.getNamed('group', 'g2')
    assert.deepEqual(
      Object.values(interfaces)
        .map(({ name }) => name)
        .sort(),
      ['BMC', 'BOOTIF'],
    )
    assert(Object.keys(interfaces).every((key) => /^[0-9a-f]{32}$/.test(key)))
  })

  const bad: [string, Partial<typeof wish> & { bmcsetup?: string; bmcnetwork?: string }, string][] = [
    ['a name in use', { name: 'compute' }, 'taken'],
    ['an unknown image', { osimage: 'nope' }, 'not-found'],
    ['an unknown network', { network: 'nope' }, 'not-found'],
    ['an unknown BMC setup', { bmcsetup: 'nope' }, 'not-found'],
    ['an unknown BMC network', { bmcnetwork: 'nope' }, 'not-found'],
  ]
  for (const [what, change, code] of bad) {
    it(`refuses ${what} and creates nothing`, async () => {
      await refuses(store, code, addGroup(store, { ...wish, ...change }))
    })
  }
})

describe('cloneGroup', () => {
  it('copies everything but the nodes, parameters of interfaces included', async () => {
    await addNodes(store, { group: 'compute' })
    await editInterface(store, 'compute', 'BOOTIF', 'MTU=9000')
    await changeGroup(store, 'compute', { prescript: 'true', comment: 'old' })
    await cloneGroup(store, { from: 'compute', to: 'copy' })
    assert.equal(await paramsOf('copy', 'BOOTIF'), 'MTU=9000')
    const { prescript, comment, interfaces, id } = await store.getNamed('group', 'copy')
    assert.deepEqual([prescript, comment], ['true', 'old'])
    assert.deepEqual(await store.nodesOf(id), [])
    const old = await store.getNamed('group', 'compute')
    assert(Object.keys(interfaces).every((key) => !(key in old.interfaces)))
    await assertSound(store)
  })

  it('has an empty script in place of none', async () => {
    await changeGroup(store, 'compute', { prescript: '' })
    assert.equal((await store.getNamed('group', 'compute')).prescript, null)
    await cloneGroup(store, { from: 'compute', to: 'copy' })
    const copy = await store.getNamed('group', 'copy')
    assert.equal((await store.raw('group', copy.id)).prescript, '')
  })

  it('refuses a name in use and an unknown group', async () => {
    await refuses(store, 'taken', cloneGroup(store, { from: 'compute', to: 'compute' }))
    await refuses(store, 'not-found', cloneGroup(store, { from: 'nope', to: 'copy' }))
  })
})

describe('changeGroup', () => {
  it('moves the links with image, domain and BMC setup', async () => {
    await changeGroup(store, 'compute', { domain: 'ipmi', bmcsetup: 'base' })
    const { 'network cluster': cluster, 'network ipmi': ipmi } = await linksOf(store, 'group', 'compute')
    assert.deepEqual([cluster, ipmi], [1, 2])
    await changeGroup(store, 'compute', { domain: '', bmcsetup: '' })
    const { domain, bmcsetup } = await store.getNamed('group', 'compute')
    assert.deepEqual([domain, bmcsetup], [null, null])
    await assertSound(store)
  })

  it('changes nothing when one thing that it names does not exist', async () => {
    await refuses(store, 'not-found', changeGroup(store, 'compute', { prescript: 'x', domain: 'nope' }))
  })

  it('warns of an image that is not packed', async () => {
    const { id } = await store.getNamed('osimage', 'os')
    const warnings = async () => (await changeGroup(store, 'compute', { osimage: 'os' })).warnings
    assert.deepEqual(await warnings(), [
      'osimage os is not packed: nodes of group "compute" cannot boot until then (luna osimage pack os)',
    ])
    await store.update('osimage', id, { kernfile: 'k', initrdfile: 'i', tarball: 't', torrent: 't' })
    assert.deepEqual(await warnings(), [])
  })

  it('warns of an interface for torrents that the group lacks', async () => {
    assert.equal((await changeGroup(store, 'compute', { torrent_if: 'BOOTIF' })).warnings.length, 0)
    assert.equal((await changeGroup(store, 'compute', { torrent_if: 'eth9' })).warnings.length, 1)
    await refuses(store, 'refused', changeGroup(store, 'compute', { torrent_if: 'a b' }))
    await changeGroup(store, 'compute', { torrent_if: '' })
    assert.equal((await store.getNamed('group', 'compute')).torrent_if, null)
  })
})

describe('the interfaces of a group', () => {
  beforeEach(async () => {
    await addNodes(store, { group: 'compute', names: ['node003', 'node001', 'node002'] })
    await addInterface(store, 'compute', 'eth1')
  })
  const withSix = () => setNetwork(store, 'compute', 'eth1', 'six')

  it('are added to all nodes without addresses', async () => {
    const node = await store.getNamed('node', 'node002')
    assert.equal(Object.keys(node.interfaces).length, 3)
    assert.equal((await addressesOf(store, 'node002')).eth1, undefined)
  })

  it('give every node an address, by name, when they get a network', async () => {
    await setNetwork(store, 'compute', 'eth1', 'tiny')
    for (const [node, address] of [
      ['node001', '172.16.1.1'],
      ['node002', '172.16.1.2'],
      ['node003', '172.16.1.3'],
    ] as const)
      assert.equal((await addressesOf(store, node)).eth1, address)
    assert.equal(await freeIn(store, 'tiny'), '4-5')
    await assertSound(store)
  })

  it('give every node the number that it has on another interface, where that is free', async () => {
    // The numbers on BOOTIF: node003 has 1, node001 has 2, node002 has 3.
    await changeNetwork(store, 'tiny', { reserve: '172.16.1.2' })
    await setNetwork(store, 'compute', 'eth1', 'tiny', 'BOOTIF')
    for (const [node, address] of [
      ['node001', '172.16.1.4'],
      ['node002', '172.16.1.3'],
      ['node003', '172.16.1.1'],
    ] as const)
      assert.equal((await addressesOf(store, node)).eth1, address)
    await refuses(store, 'failed', setNetwork(store, 'compute', 'eth1', 'six', 'nope'))
    await changeNetwork(store, 'tiny', { release: '172.16.1.2' })
    await assertSound(store)
  })

  it('take one network per IP version', async () => {
    await setNetwork(store, 'compute', 'BOOTIF', 'six')
    await refuses(store, 'refused', setNetwork(store, 'compute', 'BOOTIF', 'tiny'))
    assert.equal((await addressesOf(store, 'node001')).BOOTIF, '10.30.0.2 fd00:30::1')
  })

  it('say which nodes got nothing when the network runs out, and keep the rest', async () => {
    await addNodes(store, { group: 'compute', names: ['node004', 'node005', 'node006', 'node007'] })
    const outcome = await setNetwork(store, 'compute', 'eth1', 'tiny')
    assert.deepEqual(codes(outcome), ['failed'])
    assert.match(outcome.failures[0]?.message ?? '', /node006 node007/)
    assert.equal((await addressesOf(store, 'node005')).eth1, '172.16.1.5')
    assert.equal((await addressesOf(store, 'node006')).eth1, undefined)
  })

  it('free all addresses when they lose the network', async () => {
    await withSix()
    await delNetwork(store, 'compute', 'eth1')
    assert.equal(await freeIn(store, 'six'), '1-18446744073709551613')
    assert.equal((await linksOf(store, 'group', 'compute'))['network six'], undefined)
    await deleteNetwork(store, 'six')
    await assertSound(store)
  })

  it('want to be told which network to lose when there are two', async () => {
    await withSix()
    await setNetwork(store, 'compute', 'eth1', 'tiny')
    await refuses(store, 'failed', delNetwork(store, 'compute', 'eth1'))
    await delNetwork(store, 'compute', 'eth1', 'tiny')
    assert.equal((await addressesOf(store, 'node001')).eth1, 'fd00:30::1')
  })

  it('refuse to lose a network that they do not have', async () => {
    await refuses(store, 'failed', delNetwork(store, 'compute', 'eth1'))
    await refuses(store, 'failed', delNetwork(store, 'compute', 'eth1', 'ipmi'))
    await refuses(store, 'not-found', delNetwork(store, 'compute', 'eth1', 'nope'))
  })

  it('vanish from nodes and free their addresses when deleted', async () => {
    await withSix()
    await deleteInterface(store, 'compute', 'eth1')
    const node = await store.getNamed('node', 'node001')
    assert.equal(Object.keys(node.interfaces).length, 2)
    assert.equal(await freeIn(store, 'six'), '1-18446744073709551613')
    await assertSound(store)
  })

  it('keep keys and addresses when renamed', async () => {
    await withSix()
    await renameInterface(store, 'compute', 'eth1', 'ib0')
    assert.equal((await addressesOf(store, 'node001')).ib0, 'fd00:30::1')
    await refuses(store, 'failed', renameInterface(store, 'compute', 'eth1', 'eth2'))
    await refuses(store, 'failed', renameInterface(store, 'compute', 'ib0', 'BOOTIF'))
  })

  it('keep their own lines without blanks around them', async () => {
    await editInterface(store, 'compute', 'eth1', '\n ONBOOT=yes\nMTU=9000 \n')
    assert.equal(await paramsOf('compute', 'eth1'), 'ONBOOT=yes\nMTU=9000')
  })

  it('are refused when unknown, and when added twice', async () => {
    await refuses(store, 'failed', addInterface(store, 'compute', 'eth1'))
    await refuses(store, 'failed', deleteInterface(store, 'compute', 'nope'))
    await refuses(store, 'failed', editInterface(store, 'compute', 'nope', 'x'))
    await refuses(store, 'failed', setNetwork(store, 'compute', 'nope', 'tiny'))
    await refuses(store, 'not-found', setNetwork(store, 'compute', 'eth1', 'nope'))
    await refuses(store, 'not-found', addInterface(store, 'nope', 'eth1'))
  })
})

describe('deleteObject', () => {
  it('refuses while it has nodes, and names them folded, with what ends that', async () => {
    await addNodes(store, { group: 'compute', names: ['n1', 'n2', 'n3', 'x'] })
    await refuses(store, 'refused', deleteObject(store, 'group', 'compute'))
    await assert.rejects(deleteObject(store, 'group', 'compute'), {
      why: 'it is used by 4 nodes: n[1-3],x',
      fix: /luna node change 'n\[1-3\],x' -g GROUP/,
    })
  })

  it('frees everything that it used, however often', async () => {
    await addGroup(store, { ...wish, network: 'tiny', bmcnetwork: 'tiny' })
    await deleteObject(store, 'group', 'g2')
    await deleteNetwork(store, 'tiny')
    await deleteObject(store, 'group', 'compute')
    await deleteObject(store, 'osimage', 'os')
    await deleteObject(store, 'bmcsetup', 'base')
    await assertSound(store)
  })
})
