import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { addBmcsetup, changeBmcsetup } from '../../lib/task/change/bmcsetup.ts'
import { renameObject } from '../../lib/task/change/object.ts'
import { addressesInUse } from '../../lib/task/show/addresses-in-use.ts'
import type { Facts } from '../../lib/task/show/facts.ts'
import { groupInterfaceFacts } from '../../lib/task/show/group-interfaces.ts'
import { listMacs } from '../../lib/task/show/listmacs.ts'
import { listNodes } from '../../lib/task/show/nodes.ts'
import { listObjects, rawObject, showObject } from '../../lib/task/show/objects.ts'
import { peerIdOf } from '../../lib/task/show/progress.ts'
import { mac, rejectsWith } from '../help.ts'
import { addGroup, addNode, fillBoot } from '../scenario/boot.ts'

const now = new Date('2026-01-02T03:04:05Z')

describe('objects in human values', () => {
  let store: Store
  let ids: Awaited<ReturnType<typeof fillBoot>>
  beforeEach(async () => {
    store = openMemoryStore({ now: () => now })
    ids = await fillBoot(store)
  })
  afterEach(() => store.close())

  it('have names for references and addresses for offsets', async () => {
    const node = await showObject(store, 'node', 'node001', now)
    assert.deepEqual([node.group, node.mac], ['compute', '52:54:00:00:00:01'])
    assert.deepEqual(node.interfaces, {
      BMC: { ipv4: '10.31.0.1', ipv6: null },
      BOOTIF: { ipv4: '10.30.0.1', ipv6: null },
    })
    const group = await showObject(store, 'group', 'compute', now)
    assert.deepEqual([group.domain, group.osimage, group.bmcsetup], ['cluster', 'compute', null])
  })

  it('have the DHCP range of the cluster as addresses', async () => {
    const [cluster] = await store.list('cluster')
    assert.ok(cluster)
    const range = { dhcp_net: ids.cluster, dhcp_range_start: 256n, dhcp_range_end: 511n }
    await store.update('cluster', cluster.id, range)
    const facts = await showObject(store, 'cluster', 'general', now)
    const { dhcp_net, dhcp_range_start, dhcp_range_end } = facts
    assert.deepEqual([dhcp_net, dhcp_range_start, dhcp_range_end], ['cluster', '10.30.1.0', '10.30.1.255'])
  })

  it('say of a reference to what is gone that it is missing', async () => {
    await store.remove('group', ids.compute)
    assert.match(
      String((await showObject(store, 'node', 'node001', now)).group),
      /^missing group [0-9a-f]{24}$/,
    )
  })

  it('show an offset outside of its network instead of failing', async () => {
    await store.update('network', ids.cluster, { PREFIX: 30 })
    const { ns_ip } = await showObject(store, 'network', 'cluster', now)
    assert.equal(ns_ip, '10.30.0.0/30+65534')
  })

  it('tell how far the download of a node is, by its host name', async () => {
    await store.setStatus(ids.node001, { step: 'install.download', time: new Date(now.getTime() - 40_000) })
    const peer = { infoHash: '01'.repeat(20), ip: '10.30.0.1', port: 7061, status: null }
    const updated = new Date(now.getTime() - 3000)
    const peerId = peerIdOf('node001.cluster')
    await store.announce({ ...peer, peerId, uploaded: 0, downloaded: 25, left: 75, updated })
    const { status } = await showObject(store, 'node', 'node001', now)
    const time = '2026-01-02T03:03:25.000Z'
    const progress = { percent: 25, age: 3 }
    assert.deepEqual(status, { step: 'install.download', phase: 'install.download', time, age: 40, progress })
  })

  it('tell nothing of a download before the node began this one', async () => {
    const peer = { infoHash: '01'.repeat(20), ip: '10.30.0.1', port: 7061, status: null }
    const updated = new Date(now.getTime() - 3000)
    const peerId = peerIdOf('node001.cluster')
    await store.announce({ ...peer, peerId, uploaded: 0, downloaded: 25, left: 75, updated })
    await store.setStatus(ids.node001, { step: 'install.download', time: now })
    const { status } = await showObject(store, 'node', 'node001', now)
    const step = 'install.download'
    assert.deepEqual(status, { step, phase: step, time: now.toISOString(), age: 0 })
  })

  it('tell each node of those with one cut peer id its own progress, by its address', async () => {
    const names = ['compute-rack01-node001', 'compute-rack01-node002', 'compute-rack01-node003']
    const peerId = peerIdOf(`${names[0]}.cluster`)
    const updated = new Date(now.getTime() - 3000)
    for (const [at, name] of names.entries()) {
      const ip = `10.30.1.${at + 1}`
      const id = await addNode(store, name, ids.compute, { BOOTIF: ip })
      await store.setStatus(id, { step: 'install.download', time: new Date(now.getTime() - 40_000) })
      const peer = { infoHash: '01'.repeat(20), ip, port: 7061, status: null, peerId, uploaded: 0 }
      if (at < 2) await store.announce({ ...peer, downloaded: 25 * (at + 1), left: 75 - 25 * at, updated })
    }
    const shown = await Promise.all(names.map((name) => showObject(store, 'node', name, now)))
    assert.deepEqual(
      shown.map(({ status }) => (status as Facts).progress),
      [{ percent: 25, age: 3 }, { percent: 50, age: 3 }, undefined],
    )
  })

  it('tell the progress of a node whose peer id has another end, by its address', async () => {
    const id = await addNode(store, 'compute-rack01-node001', ids.compute, { BOOTIF: '10.30.1.1' })
    await store.setStatus(id, { step: 'install.download', time: new Date(now.getTime() - 40_000) })
    const peer = { infoHash: '01'.repeat(20), ip: '10.30.1.1', port: 7061, status: null, uploaded: 0 }
    const peerId = Buffer.from('compute-r-0123456789').toString('hex')
    await store.announce({ ...peer, peerId, downloaded: 25, left: 75, updated: now })
    const { status } = await showObject(store, 'node', 'compute-rack01-node001', now)
    assert.deepEqual((status as Facts).progress, { percent: 25, age: 0 })
  })

  it('are listed by name', async () => {
    const names = (await listObjects(store, 'network', now)).map(({ name }) => name)
    assert.deepEqual(names, ['cluster', 'ipmi'])
  })

  it('have all of one interface as text', async () => {
    const none = { name: '', network: '', prefix: '', netmask: '' }
    const four = { name: 'cluster', network: '10.30.0.0', prefix: '16', netmask: '255.255.0.0' }
    const facts = await groupInterfaceFacts(store, 'compute', 'BOOTIF')
    assert.deepEqual(facts, { name: 'BOOTIF', options: '', network: { 4: four, 6: none } })
    assert.equal(await groupInterfaceFacts(store, 'compute', 'nope'), undefined)
  })

  it('are listed by group, then by name, those without group last', async () => {
    const other = await addGroup(store, 'alpha', { BOOTIF: { 4: ids.cluster } })
    await addNode(store, 'zeta', other, { BOOTIF: '10.30.0.9' })
    await store.update('node', ids.node001, { group: null })
    const listed = (await listNodes(store)).map(({ name, group }) => [group, name])
    assert.deepEqual(listed, [
      ['alpha', 'zeta'],
      ['compute', 'node002'],
      [null, 'node001'],
    ])
    assert.deepEqual(
      (await listNodes(store, 'alpha')).map(({ name }) => name),
      ['zeta'],
    )
    await rejectsWith('not-found', listNodes(store, 'nope'))
  })

  it('have who has which address, ascending', async () => {
    const lines = (await addressesInUse(store, 'cluster')).map(({ address, user }) => `${address}:${user}`)
    assert.deepEqual(lines, ['10.30.0.1:node001', '10.30.0.2:node002', '10.30.255.254:master01'])
  })
})

describe('renameObject', () => {
  let store: Store
  let id: Id
  beforeEach(async () => {
    store = openMemoryStore()
    await fillBoot(store)
    id = (await store.getNamed('node', 'node001')).id
  })
  afterEach(() => store.close())

  it('changes the name and nothing else', async () => {
    const before = await store.raw('node', id)
    await renameObject(store, 'node', 'node001', 'login')
    assert.deepEqual(await store.raw('node', id), { ...before, name: 'login' })
  })

  for (const [why, from, to, code] of [
    ['the name is in use', 'node001', 'node002', 'taken'],
    ['the name is its own', 'node001', 'node001', 'taken'],
    ['the name is empty', 'node001', '', 'refused'],
    ['the name cannot be one in DNS', 'node001', 'a b', 'refused'],
    ['there is no such object', 'nope', 'login', 'not-found'],
  ] as const) {
    it(`is refused when ${why}`, async () => {
      await rejectsWith(code, renameObject(store, 'node', from, to))
      assert.equal((await store.get('node', id)).name, 'node001')
    })
  }
})

describe('bmcsetups', () => {
  const settings = { user: 'admin', password: 'secret', userid: 3, netchannel: 1, mgmtchannel: 1 }
  let store: Store
  beforeEach(async () => {
    store = openMemoryStore()
    await fillBoot(store)
    await addBmcsetup(store, { name: 'base', ...settings })
  })
  afterEach(() => store.close())

  it('are counted as users of the cluster', async () => {
    const { id } = await store.getNamed('bmcsetup', 'base')
    assert.deepEqual(
      (await store.uses({ kind: 'bmcsetup', id })).map(({ kind, count }) => [kind, count]),
      [['cluster', 1]],
    )
  })

  it('are refused when the name is in use', async () => {
    await rejectsWith('taken', addBmcsetup(store, { name: 'base', ...settings }))
  })

  it('have an empty comment as null in the document', async () => {
    await changeBmcsetup(store, 'base', { comment: 'a text' })
    assert.equal((await rawObject(store, 'bmcsetup', 'base')).comment, 'a text')
    await changeBmcsetup(store, 'base', { comment: '' })
    assert.equal((await rawObject(store, 'bmcsetup', 'base')).comment, null)
  })

  it('keep what is not changed', async () => {
    await changeBmcsetup(store, 'base', { user: 'root' })
    const { user, password, userid } = await store.getNamed('bmcsetup', 'base')
    assert.deepEqual([user, password, userid], ['root', 'secret', 3])
  })

  it('take no password that would be two lines', async () => {
    await rejectsWith('invalid', changeBmcsetup(store, 'base', { password: 'a\nuser set name 2 x' }))
  })

  for (const [name, length] of [
    ['user', 16],
    ['password', 20],
  ] as const) {
    it(`take a ${name} of ${length} bytes, and no longer one`, async () => {
      await changeBmcsetup(store, 'base', { [name]: 'x'.repeat(length) })
      const wish = { name: 'other', ...settings, [name]: `${'x'.repeat(length - 1)}é` }
      const { why } = await rejectsWith('invalid', addBmcsetup(store, wish))
      assert.match(why ?? '', new RegExp(`${length + 1} bytes, and ${length} are the most`))
    })
  }
})

describe('listMacs', () => {
  it('tells nothing apart from "no switches" and "nothing learned"', async () => {
    const store = openMemoryStore()
    await fillBoot(store)
    assert.equal(await listMacs(store, new Date()), undefined)
    await store.insert('switch', { name: 'sw01' })
    assert.deepEqual(await listMacs(store, new Date()), [])
    await store.close()
  })

  it('knows the node of an address, and whether it is configured at that port by name or number', async () => {
    const store = openMemoryStore()
    const { node001, node002 } = await fillBoot(store)
    const sw = await store.insert('switch', { name: 'sw01' })
    const updated = new Date()
    await store.update('node', node001, { switch: sw, port: '7' })
    await store.setMac(node002, mac(2))
    const seen = { switch: sw, updated }
    await store.learn([
      { ...seen, mac: mac(2), port: '10', portname: 'Gi0/10' },
      { ...seen, mac: mac(1), port: '7', portname: 'Gi0/7' },
      { ...seen, mac: mac(3), port: '9', portname: 'Gi0/9' },
    ])
    const lines = (await listMacs(store, new Date()))?.map(({ port, configured, node }) => [
      port,
      configured,
      node,
    ])
    assert.deepEqual(lines, [
      ['7', true, 'node001'],
      ['9', false, null],
      ['10', false, 'node002'],
    ])
    await store.close()
  })

  it('leaves out what was learned from a switch that has been deleted', async () => {
    const store = openMemoryStore()
    await fillBoot(store)
    const gone = await store.insert('switch', { name: 'sw01' })
    await store.insert('switch', { name: 'sw02' })
    await store.learn([{ switch: gone, mac: mac(1), port: '7', portname: '7', updated: new Date() }])
    await store.remove('switch', gone)
    assert.deepEqual(await listMacs(store, new Date()), [])
    await store.close()
  })
})

describe('peerIdOf', () => {
  it('aligns a host name to the right in 20 octets, and cuts a longer one behind the 20th', () => {
    assert.equal(Buffer.from(peerIdOf('node001.cluster'), 'hex').toString(), '     node001.cluster')
    assert.equal(
      Buffer.from(peerIdOf('node001.a-very-long-domain'), 'hex').toString(),
      'node001.a-very-long-',
    )
  })
})
