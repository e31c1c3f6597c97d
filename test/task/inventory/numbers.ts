// Addresses that follow the numbers of nodes: counted up once, or by the group from then on.
import assert from 'node:assert/strict'
import { cellOf } from '../../../lib/cli/table/show-table.ts'
import { readDocuments, writeYaml } from '../../../lib/format/documents.ts'
import { readNodeFile } from '../../../lib/format/node-file.ts'
import type { Store } from '../../../lib/store/store.ts'
import { applyInventory } from '../../../lib/task/apply/apply.ts'
import { inventoryDocuments } from '../../../lib/task/apply/export.ts'
import { importNodes } from '../../../lib/task/apply/import-nodes.ts'
import { addGroup, cloneGroup } from '../../../lib/task/change/group.ts'
import { deleteInterface } from '../../../lib/task/change/group-interface.ts'
import { delNetwork, setNetwork, setNumbers } from '../../../lib/task/change/group-network.ts'
import { changeNetwork } from '../../../lib/task/change/network-change.ts'
import { addNodes } from '../../../lib/task/change/node.ts'
import { changeNodes } from '../../../lib/task/change/node-change.ts'
import { showObject } from '../../../lib/task/show/objects.ts'
import { addressesOf, assertSound, codes, freeIn, refuses } from '../site.ts'
import type { Stores } from './stores.ts'

export function numbersTests(stores: Stores): void {
  let store: Store
  beforeEach(async () => {
    store = await stores.smallSite()
  })

  const add = (...names: string[]) => addNodes(store, { group: 'compute', names })
  const addFrom = (name: string, address: string, ...names: string[]) =>
    addNodes(store, { group: 'compute', names, interface: { name, address } })
  const bootOf = async (name: string) => (await addressesOf(store, name)).BOOTIF

  describe('addNodes from an address on', () => {
    it('gives each name the next one, and other interfaces the lowest free ones', async () => {
      await addFrom('BOOTIF', '10.30.0.201', 'node201', 'node202', 'node203')
      assert.deepEqual(await addressesOf(store, 'node203'), { BMC: '10.31.0.3', BOOTIF: '10.30.0.203' })
      assert.equal(await freeIn(store, 'cluster'), '1-200,204-65533')
      await assertSound(store)
    })

    it('counts up in IPv6, too', async () => {
      await setNetwork(store, 'compute', 'BOOTIF', 'six')
      await addFrom('BOOTIF', 'fd00:30::ff', 'node001', 'node002')
      assert.equal(await bootOf('node002'), '10.30.0.2 fd00:30::100')
    })

    it('adds none when one address is not free, lies outside, or has no place', async () => {
      await addFrom('BOOTIF', '10.30.0.203', 'node203')
      const taken = await refuses(store, 'failed', addFrom('BOOTIF', '10.30.0.201', 'n1', 'n2', 'n3', 'n4'))
      assert.match(taken.message + taken.why, /10\.30\.0\.203 is not free .*node node203 \(BOOTIF\) has it/)
      await refuses(store, 'failed', addFrom('BOOTIF', '10.30.255.253', 'n1', 'n2'))
      await refuses(store, 'failed', addFrom('BOOTIF', '10.99.0.1', 'n1'))
      await refuses(store, 'failed', addFrom('eth9', '10.30.0.1', 'n1'))
      await refuses(store, 'failed', addFrom('BOOTIF', 'fd00:30::1', 'n1'))
      await refuses(store, 'failed', addFrom('BOOTIF', 'x', 'n1'))
    })

    it('gives back what it took for nodes that could not be added', async () => {
      await add('node002')
      const outcome = await addFrom('BOOTIF', '10.30.0.101', 'node001', 'node002', 'node003')
      assert.deepEqual([outcome.added, codes(outcome)], [['node001'], ['taken']])
      assert.equal(await freeIn(store, 'cluster'), '2-100,102-65533')
      await assertSound(store)
    })
  })

  describe('a group with addresses by number', () => {
    beforeEach(async () => {
      await add('node009')
      await setNumbers(store, 'compute', 'BOOTIF', '10.30.1.0')
    })

    it('gives node N the base and N, and leaves the nodes that are there', async () => {
      assert.deepEqual((await add('node007', 'r2n300')).warnings, [])
      const all = await Promise.all(['node007', 'r2n300', 'node009'].map(bootOf))
      assert.deepEqual(all, ['10.30.1.7', '10.30.2.44', '10.30.0.1'])
      assert.equal((await addressesOf(store, 'node007')).BMC, '10.31.0.2')
      await assertSound(store)
    })

    it('gives the lowest free one where it cannot, with a line', async () => {
      await changeNodes(store, ['node009'], { interface: { name: 'BOOTIF', address: '10.30.1.8' } })
      const { warnings } = await add('node008', 'login', 'node65535', 'admin')
      assert.deepEqual(warnings, [
        'node[008,65535] have the lowest free address on BOOTIF: that of the number is taken, or outside of the network',
        'login,admin have the lowest free address on BOOTIF: no number ends the name',
      ])
      assert.equal(await bootOf('node008'), '10.30.0.1')
      await assertSound(store)
    })

    it('does so too for nodes that come by import or from another group', async () => {
      await addGroup(store, { name: 'other', osimage: 'os', network: 'tiny' })
      await addNodes(store, { group: 'other', names: ['node020'] })
      await changeNodes(store, ['node020'], { group: 'compute' })
      const text = 'name,BOOTIF\nnode021,\nnode022,10.30.0.99\nlogin,\n'
      const { warnings } = await importNodes(store, readNodeFile(text, 'f.csv'), {
        group: 'compute',
        prune: false,
      })
      assert.match(warnings.join(), /^login has the lowest free address on BOOTIF/)
      const all = await Promise.all(['node020', 'node021', 'node022'].map(bootOf))
      assert.deepEqual(all, ['10.30.1.20', '10.30.1.21', '10.30.0.99'])
      await assertSound(store)
    })

    it('shows it, and moves with its network', async () => {
      const cell = async () =>
        cellOf(
          'group',
          'interfaces',
          (await showObject(store, 'group', 'compute', new Date())).interfaces ?? null,
        )
      assert.match(
        String(await cell()),
        /\[BOOTIF\]:\[cluster\]:10\.30\.0\.0\/16\n +node N has 10\.30\.1\.0 \+ N$/,
      )
      await changeNetwork(store, 'cluster', { network: '10.40.0.0' })
      assert.match(String(await cell()), /10\.40\.1\.0 \+ N$/)
    })

    it('keeps it in a clone, and loses it with the network or the interface', async () => {
      await cloneGroup(store, { from: 'compute', to: 'gpu' })
      await addNodes(store, { group: 'gpu', names: ['gpu003'] })
      assert.equal(await bootOf('gpu003'), '10.30.1.3')
      await delNetwork(store, 'gpu', 'BOOTIF')
      await deleteInterface(store, 'compute', 'BOOTIF')
      for (const name of ['gpu', 'compute'])
        assert.deepEqual((await store.getNamed('group', name)).numbers, {})
    })

    it('ends with an empty base; another base must be in a network of the interface', async () => {
      for (const base of ['10.99.0.0', 'fd00:30::', 'x'])
        await refuses(store, 'failed', setNumbers(store, 'compute', 'BOOTIF', base))
      await refuses(store, 'failed', setNumbers(store, 'compute', 'eth9', '10.30.0.0'))
      await setNumbers(store, 'compute', 'BOOTIF', '')
      await add('node050')
      assert.equal(await bootOf('node050'), '10.30.0.2')
    })

    it('is in the inventory, and comes back from there', async () => {
      await setNetwork(store, 'compute', 'BOOTIF', 'six')
      await setNumbers(store, 'compute', 'BOOTIF', 'fd00:30::')
      const text = writeYaml(await inventoryDocuments(store, { secrets: true }))
      assert.match(text, /number: "?10\.30\.1\.0 fd00:30::"?\n/)
      const apply = (one: string) => applyInventory(store, readDocuments(one, 's'), { prune: false })
      assert.deepEqual((await apply(text)).differences, [])
      const { differences } = await apply(text.replace(/number: .*/, 'number: fd00:30::100'))
      assert.deepEqual(
        differences.map(({ field, from, to }) => `${field}: ${from} > ${to}`),
        ['BOOTIF.number: 10.30.1.0 fd00:30:: > fd00:30::100'],
      )
      await apply(text.replace(/number: .*/, 'number: null'))
      assert.doesNotMatch(writeYaml(await inventoryDocuments(store, { secrets: true })), /number:/)
    })
  })

  describe('a group without addresses by number', () => {
    it('has no field for it in the database', async () => {
      await cloneGroup(store, { from: 'compute', to: 'gpu' })
      await delNetwork(store, 'gpu', 'BOOTIF')
      for (const name of ['compute', 'gpu']) {
        const { id } = await store.getNamed('group', name)
        assert.equal('numbers' in (await store.raw('group', id)), false)
      }
    })
  })
}
