// Objects of a store: names, order, changes.
import assert from 'node:assert/strict'
import { parseId } from '../../lib/object/field.ts'
import { rejectsWith } from '../help.ts'
import type { Scene } from './contract.ts'

const nowhere = parseId('0123456789abcdef01234567')

export function objectContract(scene: () => Scene): void {
  describe('objects', () => {
    it('gets and finds an object by id and by name, with the defaults of its table', async () => {
      const { store } = scene()
      const id = await store.insert('bmcsetup', { name: 'base', userid: 4 })
      const wanted = { id, name: 'base', user: 'ladmin', password: 'ladmin', userid: 4 }
      const later = { protocol: null, certificate: null }
      const whole = { ...wanted, netchannel: 1, mgmtchannel: 1, ...later, comment: '' }
      assert.deepEqual(await store.get('bmcsetup', id), whole)
      assert.deepEqual(await store.find('bmcsetup', id), whole)
      assert.deepEqual(await store.getNamed('bmcsetup', 'base'), whole)
      assert.deepEqual(await store.findNamed('bmcsetup', 'base'), whole)
    })

    it('says not-found for what is not there, or gives undefined', async () => {
      const { store } = scene()
      assert.ok(nowhere)
      await rejectsWith('not-found', store.get('node', nowhere))
      await rejectsWith('not-found', store.getNamed('node', 'node001'))
      await rejectsWith('not-found', store.raw('node', nowhere))
      await rejectsWith('not-found', store.update('node', nowhere, { port: '1' }))
      assert.equal(await store.find('node', nowhere), undefined)
      assert.equal(await store.findNamed('node', 'node001'), undefined)
      assert.deepEqual(await store.list('node'), [])
    })

    it('refuses a name that is in use, for new objects and in changes; each kind has its own names', async () => {
      const { store } = scene()
      const a = await store.insert('group', { name: 'a' })
      await store.insert('group', { name: 'b' })
      await store.insert('node', { name: 'a' })
      await rejectsWith('taken', store.insert('group', { name: 'a' }))
      await rejectsWith('taken', store.update('group', a, { name: 'b' }))
      await store.update('group', a, { name: 'a', comment: 'same name' })
      assert.equal((await store.list('group')).length, 2)
    })

    it('lists in the byte order of names, whatever their characters', async () => {
      const { store } = scene()
      for (const name of ['b', '\u{1f600}', 'B', 'a10', '\uff5e', 'é', 'a2'])
        await store.insert('osimage', { name })
      const names = (await store.list('osimage')).map(({ name }) => name)
      assert.deepEqual(names, ['B', 'a10', 'a2', 'b', 'é', '\uff5e', '\u{1f600}'])
    })

    it('gives the nodes of one group, sorted, also when one has just moved', async () => {
      const { store } = scene()
      const [one, two] = [
        await store.insert('group', { name: 'one' }),
        await store.insert('group', { name: 'two' }),
      ]
      for (const name of ['n3', 'n1', 'n2']) await store.insert('node', { name, group: one })
      const other = await store.insert('node', { name: 'n0', group: two })
      assert.deepEqual(
        (await store.nodesOf(one)).map(({ name }) => name),
        ['n1', 'n2', 'n3'],
      )
      await store.transaction(async (inner) => {
        await inner.update('node', other, { group: one })
        assert.deepEqual((await inner.nodesOf(two)).length, 0)
      })
      assert.deepEqual(
        (await store.nodesOf(one)).map(({ name }) => name),
        ['n0', 'n1', 'n2', 'n3'],
      )
    })

    it('gives the nodes at a switch, sorted, also when one has just moved', async () => {
      const { store } = scene()
      const [one, two] = [
        await store.insert('switch', { name: 'one' }),
        await store.insert('switch', { name: 'two' }),
      ]
      const b = await store.insert('node', { name: 'b', switch: one })
      await store.insert('node', { name: 'a', switch: one })
      await store.insert('node', { name: 'c', switch: two })
      await store.insert('node', { name: 'd' })
      const names = async () => (await store.nodesAt(one)).map(({ name }) => name)
      assert.deepEqual(await names(), ['a', 'b'])
      await store.transaction(async (inner) => {
        await inner.update('node', b, { switch: two })
        assert.deepEqual((await inner.nodesAt(one)).length, 1)
        assert.deepEqual((await inner.nodesAt(two)).length, 2)
      })
      assert.deepEqual(await names(), ['a'])
    })

    it('changes the fields that are given and no others', async () => {
      const { store } = scene()
      const id = await store.insert('node', { name: 'node001', port: '7', localboot: true })
      const before = await store.get('node', id)
      await store.update('node', id, { service: true, comment: 'x' })
      assert.deepEqual(await store.get('node', id), { ...before, service: true, comment: 'x' })
    })

    it('finds a renamed object by its new name only', async () => {
      const { store } = scene()
      const id = await store.insert('node', { name: 'old' })
      await store.update('node', id, { name: 'new' })
      assert.equal((await store.findNamed('node', 'new'))?.id, id)
      assert.equal(await store.findNamed('node', 'old'), undefined)
      await store.insert('node', { name: 'old' })
    })

    it('removes an object; removing what is gone is no error', async () => {
      const { store } = scene()
      const id = await store.insert('switch', { name: 'sw1' })
      await store.remove('switch', id)
      assert.equal(await store.find('switch', id), undefined)
      await store.remove('switch', id)
      await store.insert('switch', { name: 'sw1' })
    })

    it('gives values: changing one changes nothing in the store', async () => {
      const { store } = scene()
      const id = await store.insert('network', { name: 'n', freelist: [{ start: 1n, end: 9n }] })
      await store.transaction(async (inner) => {
        const network = await inner.get('network', id)
        ;(network.freelist as unknown[]).pop()
        const raw = await inner.raw('network', id)
        raw.freelist.pop()
        raw.name = 'changed'
      })
      assert.deepEqual((await store.getNamed('network', 'n')).freelist, [{ start: 1n, end: 9n }])
    })

    it('sets the status of a node, and none where the node is gone', async () => {
      const { store, now } = scene()
      const id = await store.insert('node', { name: 'node001' })
      assert.equal((await store.get('node', id)).status, null)
      await store.setStatus(id, { step: 'install.download', time: now() })
      assert.deepEqual((await store.get('node', id)).status, { step: 'install.download', time: now() })
      assert.ok(nowhere)
      await store.setStatus(nowhere, { step: 'x', time: now() })
      assert.equal((await store.list('node')).length, 1)
    })

    it('keeps that a node is armed until it is disarmed, and nothing of it then', async () => {
      const { store, now } = scene()
      const id = await store.insert('node', { name: 'node001' })
      assert.equal('armed' in (await store.raw('node', id)), false)
      const armed = { until: now(), continuous: true, secret: 'x' }
      await store.update('node', id, { armed })
      assert.deepEqual((await store.get('node', id)).armed, armed)
      assert.equal('armed' in ((await store.dump()).node?.[0] ?? {}), false)
      assert.equal('armed' in ((await store.dump({ records: true })).node?.[0] ?? {}), true)
      await store.disarm(id)
      assert.equal((await store.get('node', id)).armed, null)
      assert.equal('armed' in (await store.raw('node', id)), false)
      await store.update('node', id, { armed: { ...armed, until: null } })
      await store.transaction(async (tx) => await tx.disarm(id))
      assert.equal((await store.get('node', id)).armed, null)
      assert.ok(nowhere)
      await store.disarm(nowhere)
    })

    it('remembers what the BMC of a node was given, beside its inventory', async () => {
      const { store } = scene()
      const id = await store.insert('node', { name: 'node001' })
      assert.equal('bmc_set' in (await store.raw('node', id)), false)
      const mark = { secret: 'x', done: '' }
      await store.markBmc(id, mark)
      assert.deepEqual((await store.get('node', id)).bmc_set, mark)
      assert.equal('bmc_set' in ((await store.dump()).node?.[0] ?? {}), false)
      assert.equal('bmc_set' in ((await store.dump({ records: true })).node?.[0] ?? {}), true)
      await store.transaction(async (tx) => await tx.markBmc(id, { ...mark, done: 'y' }))
      assert.deepEqual((await store.get('node', id)).bmc_set, { ...mark, done: 'y' })
      assert.ok(nowhere)
      await store.markBmc(nowhere, mark)
      assert.equal((await store.list('node')).length, 1)
    })
  })
}
