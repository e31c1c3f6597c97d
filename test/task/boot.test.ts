import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Learned, Store } from '../../lib/store/store.ts'
import { bootMenu, bootScript, discover, type Menu } from '../../lib/task/boot/boot.ts'
import { mac, rejectsWith } from '../help.ts'
import { addGroup, addNetwork, addNode, fillBoot } from '../scenario/boot.ts'

const url = 'http://10.30.255.254:7050'
const now = new Date('2026-03-04T05:06:07Z')

describe('discover', () => {
  let store: Store
  let place: Awaited<ReturnType<typeof fillBoot>>
  beforeEach(async () => {
    store = openMemoryStore()
    place = await fillBoot(store)
    await pack(store)
  })
  afterEach(() => store.close())

  const ask = (macs: readonly number[], more: { type?: string; node?: string } = {}) =>
    discoverAs(store, macs, more)
  const statusOf = async (name: string) => (await store.getNamed('node', name)).status

  it('knows a node by any of its MAC addresses', async () => {
    const found = await ask([9, 1])
    assert.deepEqual([found.node.name, found.by, found.mac], ['node001', 'mac', mac(1)])
    assert.match(found.script, / luna\.node=node001 /)
    assert.deepEqual(await statusOf('node001'), { step: 'boot.request', time: now })
  })

  it('gives the first MAC address to the node that was chosen by hand', async () => {
    const found = await ask([7, 8], { node: 'node002' })
    assert.deepEqual([found.by, found.mac, found.takenFrom], ['hand', mac(7), undefined])
    assert.match(found.script, new RegExp(` luna\\.mac=${mac(7)} luna\\.ip=10\\.30\\.0\\.2/16 `))
    assert.equal(await store.macOf(place.node002), mac(7))
  })

  it('says whose MAC address was taken', async () => {
    assert.equal((await ask([1], { node: 'node002' })).takenFrom, 'node001')
    assert.equal(await store.macOf(place.node001), undefined)
  })

  it('takes a node that chooses itself for no theft', async () => {
    assert.equal((await ask([1], { node: 'node001' })).takenFrom, undefined)
  })

  it('needs a MAC address even when the node was chosen', async () => {
    await rejectsWith('not-found', ask([], { node: 'node002' }))
    assert.equal(await statusOf('node002'), null)
  })

  for (const port of ['swp7', '7']) {
    it(`knows a node by the switch port ${port} where the machine was seen, and keeps its address`, async () => {
      const id = await plugIn(store, place.node002, port)
      await store.learn([seen(id, 5, '7', 'swp7')])
      const found = await ask([4, 5])
      assert.deepEqual([found.node.name, found.by, found.mac], ['node002', 'port', mac(5)])
      assert.equal(found.at, 'sw01 port 7 (swp7)')
      assert.equal(await store.findMac(mac(5)), place.node002)
    })
  }

  it('does not know what was seen at a port of no node', async () => {
    const id = await plugIn(store, place.node002, 'swp7')
    await store.learn([seen(id, 5, '8', 'swp8')])
    const error = await rejectsWith('not-found', ask([5]))
    assert.match(error.why ?? '', /52:54:00:00:00:05/)
  })

  it('names the nodes that it could be, where several are configured at the port', async () => {
    const id = await plugIn(store, place.node002, '7')
    await store.update('node', place.node001, { switch: id, port: '7' })
    await store.learn([seen(id, 5, '7', 'swp7')])
    const error = await rejectsWith('not-found', ask([5]))
    assert.match(error.why ?? '', /52:54:00:00:00:05 .* node001, node002 are configured/)
    assert.equal(await store.findMac(mac(5)), undefined)
  })

  it('does not take what is behind an uplink for the node that is configured there', async () => {
    const id = await plugIn(store, place.node002, '7')
    await store.learn(Array.from({ length: 9 }, (_, n) => seen(id, 20 + n, '7', 'swp7')))
    assert.match(
      (await rejectsWith('not-found', ask([20]))).why ?? '',
      /node002 is configured, with more than 7/,
    )
    await store.forget(mac(28))
    assert.equal((await ask([20])).node.name, 'node002')
  })

  it('knows no script of another type, but keeps the choice', async () => {
    await rejectsWith('not-found', ask([7], { node: 'node002', type: 'grub' }))
    assert.equal(await store.macOf(place.node002), mac(7))
    assert.deepEqual(await statusOf('node002'), { step: 'boot.mac_assigned', time: now })
  })

  it('passes over an address whose node is gone', async () => {
    await store.remove('node', place.node001)
    await rejectsWith('not-found', ask([1]))
  })

  it('leaves the status alone when there is no script to give', async () => {
    const { osimage } = await store.get('group', place.compute)
    assert(osimage)
    await store.update('osimage', osimage, { kernopts: 'quiet ; reboot' })
    await rejectsWith('invalid', ask([1]))
    assert.equal(await statusOf('node001'), null)
  })

  it('says that a group or an image is missing', async () => {
    await store.update('group', place.compute, { osimage: null })
    await rejectsWith('failed', ask([1]))
    await store.update('node', place.node001, { group: null })
    await rejectsWith('failed', ask([1]))
  })
})

describe('bootScript', () => {
  let store: Store
  beforeEach(() => {
    store = openMemoryStore()
  })
  afterEach(() => store.close())

  const scriptOf = async (name: string) => bootScript(store, await store.getNamed('node', name))

  it('is made for the cluster as it is configured now, and changes nothing', async () => {
    await fillBoot(store)
    await pack(store)
    const [cluster] = await store.list('cluster')
    assert(cluster)
    await store.update('cluster', cluster.id, { frontend_https: true, frontend_port: 7055 })
    const before = JSON.stringify(await store.dump())
    assert.match(await scriptOf('node001'), / luna\.url=https:\/\/10\.30\.255\.254:7055\/luna /)
    assert.equal(JSON.stringify(await store.dump()), before)
  })

  it('asks DHCP where the node has no MAC address', async () => {
    await fillBoot(store)
    await pack(store)
    assert.match(await scriptOf('node002'), / luna\.bootproto=dhcp luna\.url=/)
  })

  it('asks DHCP where no interface is called BOOTIF', async () => {
    const { cluster } = await fillBoot(store)
    await pack(store)
    const group = await addGroup(store, 'odd', { eth0: { 4: cluster } })
    await addNode(store, 'odd001', group, { eth0: '10.30.0.9' }, mac(9))
    assert.match(await scriptOf('odd001'), / luna\.bootproto=dhcp .* luna\.hostname=odd001 /)
  })

  it('asks DHCP where BOOTIF has no address', async () => {
    const { compute } = await fillBoot(store)
    await pack(store)
    await addNode(store, 'bare', compute, {}, mac(9))
    assert.match(await scriptOf('bare'), / luna\.bootproto=dhcp /)
  })

  it('uses the IPv6 address where BOOTIF has no other, or the frontend speaks it', async () => {
    const { cluster } = await fillBoot(store)
    await pack(store)
    const six = await addNetwork(store, 'six', 'fd00:30::/64')
    const only = await addGroup(store, 'only', { BOOTIF: { 6: six } })
    await addNode(store, 'only001', only, { BOOTIF: 'fd00:30::1' }, mac(11))
    const both = await addGroup(store, 'both', { BOOTIF: { 4: cluster, 6: six } })
    await addNode(store, 'both001', both, { BOOTIF: ['10.30.0.9', 'fd00:30::2'] }, mac(12))
    assert.match(await scriptOf('only001'), / luna\.ip=fd00:30::1\/64 /)
    assert.match(await scriptOf('both001'), / luna\.ip=10\.30\.0\.9\/16 /)
    const [own] = await store.list('cluster')
    assert(own)
    await store.update('cluster', own.id, { frontend_address: 'fd00:30::fe' })
    assert.match(
      await scriptOf('both001'),
      / luna\.ip=fd00:30::2\/64 luna\.url=http:\/\/\[fd00:30::fe\]:7050/,
    )
  })
})

describe('bootMenu', () => {
  const textOf = ({ pieces }: Menu) => Buffer.concat(pieces).toString()

  it('lists all nodes but those that it cannot hold, and spreads the retries', async () => {
    const store = openMemoryStore()
    const { compute } = await fillBoot(store)
    await addNode(store, 'x\nreboot', compute, {})
    const early = await bootMenu(store, url, 0)
    const late = await bootMenu(store, url, 0.999)
    assert.deepEqual(textOf(early).match(/^item (?!-).*$/gm), [
      'item node001 node001',
      'item node002 node002',
    ])
    assert.deepEqual(early.leftOut, ['x\nreboot'])
    assert.match(textOf(early), /^set patience 5000$/m)
    assert.match(textOf(late), /^set patience 8996$/m)
    assert.deepEqual(
      early.pieces.map((piece, at) => piece === late.pieces[at]),
      [true, false, true],
    )
    await store.close()
  })
})

async function discoverAs(store: Store, macs: readonly number[], more: { type?: string; node?: string }) {
  const node = more.node === undefined ? undefined : await store.getNamed('node', more.node)
  const asked = { macs: macs.map(mac), type: more.type ?? 'ipxe', ...(node && { node }) }
  return await discover(store, asked, url, now)
}

async function pack(store: Store): Promise<void> {
  const { id } = await store.getNamed('osimage', 'compute')
  await store.update('osimage', id, { kernfile: 'k', initrdfile: 'i' })
}

async function plugIn(store: Store, node: Id, port: string): Promise<Id> {
  const id = await store.insert('switch', { name: 'sw01' })
  await store.update('node', node, { switch: id, port })
  return id
}

function seen(id: Id, number: number, port: string, portname: string): Learned {
  return { switch: id, mac: mac(number), port, portname, updated: new Date() }
}
