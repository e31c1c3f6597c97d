// IPv6 addresses that lie further from the base of their network than the first Luna could count (2^63).
import assert from 'node:assert/strict'
import type { Store } from '../../lib/store/store.ts'
import { bootScript } from '../../lib/task/boot/boot.ts'
import { previewInstallScript } from '../../lib/task/boot/install-script.ts'
import { setNetwork } from '../../lib/task/change/group-network.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { deleteObjects } from '../../lib/task/change/object.ts'
import { addOtherdevs, changeOtherdevs } from '../../lib/task/change/otherdev.ts'
import { addSwitches, changeSwitches } from '../../lib/task/change/switch.ts'
import { checkCluster } from '../../lib/task/database/check.ts'
import { zonesOf } from '../../lib/task/generate/dns-zones.ts'
import { getCluster, loadInventory } from '../../lib/task/inventory.ts'
import { newNotes } from '../../lib/task/outcome.ts'
import { showObject } from '../../lib/task/show/objects.ts'
import { addressesOf, freeIn, smallSite } from './site.ts'

const far = { node: 'fd00:30::ffff:0:0:1', switch: 'fd00:30::f000:0:0:5', device: 'fd00:30::e000:0:0:9' }

describe('an address beyond 2^63', () => {
  let store: Store
  before(async () => {
    store = await smallSite()
    await setNetwork(store, 'compute', 'BOOTIF', 'six')
    await addNodes(store, { group: 'compute', names: ['node001'] })
    await store.update('osimage', (await store.getNamed('osimage', 'os')).id, { kernfile: 'kernel' })
    const { id } = await getCluster(store)
    await store.update('cluster', id, { frontend_address: '10.30.255.253' })
  })

  it('can be that of a node, a switch and a device', async () => {
    await changeNodes(store, ['node001'], { interface: { name: 'BOOTIF', address: far.node } })
    await addSwitches(store, { names: ['sw6'], network: 'six', ip: 'fd00:30::f000:0:0:4' })
    await changeSwitches(store, ['sw6'], { ip: far.switch })
    await addOtherdevs(store, { names: ['dev6'], network: 'six', ip: 'fd00:30::5' })
    await changeOtherdevs(store, ['dev6'], { network: 'six', ip: far.device })
    assert.equal((await addressesOf(store, 'node001')).BOOTIF, `10.30.0.1 ${far.node}`)
    assert.equal((await showObject(store, 'switch', 'sw6', new Date())).ip, far.switch)
    assert.deepEqual((await showObject(store, 'otherdev', 'dev6', new Date())).connected, { six: far.device })
    assert.deepEqual(await checkCluster(store, { repair: false }), [])
  })

  it('is given once', async () => {
    const { failures } = await addOtherdevs(store, { names: ['other'], network: 'six', ip: far.switch })
    assert.match(failures[0]?.message ?? '', /^fd00:30::f000:0:0:5 is not free /)
  })

  it('is in the zones', async () => {
    const zones = zonesOf(await loadInventory(store), newNotes())
    const of = (name: string) => zones.find((zone) => zone.name === name)?.records ?? []
    const forward = of('six').filter(({ owner }) => ['node001', 'sw6', 'dev6'].includes(owner))
    assert.deepEqual(
      forward.map(({ type, value }) => [type, value]),
      Object.values(far).map((address) => ['AAAA', address]),
    )
    const owner = '1.0.0.0.0.0.0.0.0.0.0.0.f.f.f.f'
    const reverse = of('0.0.0.0.0.0.0.0.0.3.0.0.0.0.d.f.ip6.arpa')
    assert.equal(reverse.find((record) => record.owner === owner)?.value, 'node001.six.')
  })

  it('is in the boot script and the install script', async () => {
    const group = await store.getNamed('group', 'compute')
    const interfaces = Object.entries(group.interfaces).map(([key, one]) => {
      return [key, one.name === 'BOOTIF' ? { ...one, network: { ...one.network, 4: null } } : one]
    })
    const copy = await smallSite()
    await copy.restore(await store.dump())
    await copy.update('group', group.id, { interfaces: Object.fromEntries(interfaces) })
    await changeNodes(copy, ['node001'], { mac: '52:54:00:00:00:01' })
    const node = await copy.getNamed('node', 'node001')
    assert.match(await bootScript(copy, node), new RegExp(` luna\\.ip=${far.node}/64 `))
    assert.match(await previewInstallScript(copy, node), new RegExp(`IPV6ADDR=${far.node}/64 `))
  })

  it('is free again when its owner is gone', async () => {
    await deleteObjects(store, 'node', ['node001'])
    await deleteObjects(store, 'switch', ['sw6'])
    await deleteObjects(store, 'otherdev', ['dev6'])
    assert.equal(await freeIn(store, 'six'), `1-${2n ** 64n - 3n}`)
    assert.deepEqual(await checkCluster(store, { repair: false }), [])
  })
})
