// What commands changed: kept in their own transactions, bounded, beside the database, without secrets.
import assert from 'node:assert/strict'
import { inflateRawSync } from 'node:zlib'
import type { Id } from '../../lib/object/field.ts'
import { dumpText, parseDump } from '../../lib/store/dump.ts'
import type { Dump, KeptEntry, Store } from '../../lib/store/store.ts'
import { mac, rejectsWith } from '../help.ts'
import type { Scene } from './contract.ts'

export function historyContract(scene: () => Scene): void {
  /** The store as a command has it. */
  const as = async (command: string): Promise<Store> => {
    const { another, now } = scene()
    return await another({ now, by: async () => ({ user: 'alice', as: 'root', command }) })
  }
  const lastOf = async (store: Store): Promise<KeptEntry> => {
    const entry = await store.historyOf((await store.history())[0]?.number ?? 0)
    assert.ok(entry)
    return entry
  }

  describe('history', () => {
    it('is not there until a command has changed something', async () => {
      const { store } = scene()
      const id = await store.insert('node', { name: 'a' })
      const command = await as('luna node change a')
      await command.setStatus(id, { step: 'boot.request', time: new Date(0) })
      await command.transaction(async (tx) => {
        await tx.setStatus(id, { step: 'install.success', time: new Date(1) })
        await tx.learn([])
      })
      await command.update('node', id, { comment: '' })
      assert.deepEqual(await store.history(), [])
      assert.deepEqual(Object.keys(await store.dump({ records: true })), ['node'])
    })

    it('has who, when, the command, and only what is other than before', async () => {
      const { store, now } = scene()
      const id = await store.insert('node', { name: 'a', comment: 'as it was', port: '7' })
      await (await as('luna node change a')).update('node', id, { port: '8', comment: 'as it was' })
      const { changes, ...entry } = await lastOf(store)
      assert.deepEqual(
        { ...entry, parts: 0, bytes: 0 },
        {
          number: 1,
          time: now(),
          user: 'alice',
          as: 'root',
          command: 'luna node change a',
          objects: [{ verb: 'change', kind: 'node', names: ['a'] }],
          whole: false,
          omitted: false,
          parts: 0,
          bytes: 0,
        },
      )
      const bare = { kind: 'node', id, name: 'a', secrets: [], taken: [], freed: [] }
      assert.deepEqual(changes, [{ ...bare, before: { port: '7' }, after: { port: '8' } }])
    })

    it('puts back what it has, with the former id and types', async () => {
      const { store } = scene()
      const id = await store.insert('switch', { name: 'sw', ip: 5n, oid: '.1.3' })
      const [former] = (await store.dump()).switch ?? []
      await (await as('luna switch delete sw')).remove('switch', id)
      const [change] = (await lastOf(store)).changes
      assert.ok(change?.before)
      await store.putBack('switch', id, change.before)
      const byName = (a: [string, unknown], b: [string, unknown]) => (a[0] < b[0] ? -1 : 1)
      const [now] = (await store.dump()).switch ?? []
      assert.deepEqual(Object.entries(now ?? {}).sort(byName), Object.entries(former ?? {}).sort(byName))
      await store.putBack('switch', id, { oid: '.1.4', comment: undefined })
      assert.deepEqual(
        [(await store.get('switch', id)).oid, (await store.get('switch', id)).comment],
        ['.1.4', ''],
      )
      assert.ok(!('comment' in (await store.raw('switch', id))))
      await store.insert('switch', { name: 'other' })
      await rejectsWith('taken', store.putBack('switch', id, { name: 'other' }))
    })

    it('makes one entry of the transactions of one command, and another one of the next', async () => {
      const { store } = scene()
      const command = await as('luna setup')
      const id = await command.insert('network', { name: 'n', freelist: [{ start: 1n, end: 9n }] })
      await command.update('network', id, { freelist: [{ start: 3n, end: 9n }], include: 'x' })
      const group = await command.insert('group', { name: 'g' })
      await command.remove('group', group)
      const [entry] = await store.history()
      assert.equal((await store.history()).length, 1)
      assert.deepEqual(
        entry?.objects.map(({ verb, kind, names }) => `${verb} ${kind} ${names}`),
        ['add network n', 'change network n', 'add group g', 'remove group g'],
      )
      const [only, more] = (await lastOf(store)).changes
      assert.deepEqual([only?.before, only?.after?.include, more], [undefined, 'x', undefined])
      await (await as('luna network change n')).update('network', id, { include: 'y' })
      await command.update('network', id, { include: 'z' })
      const numbers = (await store.history()).map(({ number, command: line }) => `${number} ${line}`)
      assert.deepEqual(numbers, ['3 luna setup', '2 luna network change n', '1 luna setup'])
    })

    it('has of a free list what was given out and given back', async () => {
      const { store } = scene()
      const freelist = [{ start: 1n, end: 2n ** 64n }]
      const id = await store.insert('network', { name: 'n', version: 6, freelist })
      const command = await as('luna network change n')
      await command.update('network', id, {
        freelist: [
          { start: 2n, end: 4n },
          { start: 9n, end: 2n ** 65n },
        ],
      })
      const [change] = (await lastOf(store)).changes
      assert.deepEqual(change?.taken, [
        { start: 1n, end: 1n },
        { start: 5n, end: 8n },
      ])
      assert.deepEqual(change?.freed, [{ start: 2n ** 64n + 1n, end: 2n ** 65n }])
      assert.deepEqual([change?.before, change?.after], [{}, {}])
      assert.deepEqual((await store.history())[0]?.objects, [
        { verb: 'change', kind: 'network', names: ['n'] },
      ])
    })

    it('has the MAC addresses of nodes with the nodes, also of those that lost one', async () => {
      const { store } = scene()
      const [a, b] = [await store.insert('node', { name: 'a' }), await store.insert('node', { name: 'b' })]
      const [one, two, three] = [mac(1), mac(2), mac(3)]
      await store.setMac(a, one)
      await store.setAlso(a, [two, three])
      await (await as('luna node change b --mac')).setMac(b, two)
      const { changes } = await lastOf(store)
      const cards = new Map<Id, unknown>(changes.map((change) => [change.id, change.cards]))
      assert.deepEqual(cards.get(a), {
        before: { mac: one, also: [two, three] },
        after: { mac: one, also: [three] },
      })
      assert.deepEqual(cards.get(b), { before: { mac: null, also: [] }, after: { mac: two, also: [] } })
      await (await as('luna node delete a')).transaction(async (tx) => {
        await tx.clearMac(a)
        await tx.remove('node', a)
      })
      const [gone] = (await lastOf(store)).changes
      assert.deepEqual([gone?.after, gone?.cards?.before], [undefined, { mac: one, also: [three] }])
    })

    it('never has a secret, only that it changed', async () => {
      const { store } = scene()
      const command = await as('luna bmcsetup add')
      const bmc = await command.insert('bmcsetup', { name: 'b', password: 'tiptop1' })
      const sw = await (await as('x')).insert('switch', { name: 's', read: 'tiptop2', auth_key: 'tiptop33' })
      await (await as('x')).update('bmcsetup', bmc, { password: 'tiptop4', user: 'u' })
      const [{ secrets = [], before, after } = {}] = (await lastOf(store)).changes
      assert.deepEqual([secrets, before, after], [['password'], { user: 'ladmin' }, { user: 'u' }])
      await (await as('x')).remove('switch', sw)
      assert.deepEqual((await lastOf(store)).changes[0]?.secrets, ['read', 'auth_key'])
      assert.doesNotMatch(unpackedText(await store.dump({ records: true })), /tiptop/)
    })

    it('is left out where a change is refused or fails', async () => {
      const { store } = scene()
      await store.insert('group', { name: 'g' })
      const command = await as('luna group add')
      await rejectsWith('taken', command.insert('group', { name: 'g' }))
      await assert.rejects(
        command.transaction(async (tx) => {
          await tx.insert('group', { name: 'h' })
          throw new Error('on the way')
        }),
      )
      assert.deepEqual(await store.history(), [])
      await command.insert('group', { name: 'h' })
      assert.equal((await store.history()).length, 1)
    })

    it('lies beside the database: dumped when asked for, and gone with it', async () => {
      const { store } = scene()
      const id = await (await as('luna group add')).insert('group', { name: 'g' })
      assert.deepEqual(Object.keys(await store.dump()), ['group'])
      const all = await store.dump({ records: true })
      assert.deepEqual(Object.keys(all), ['group', 'luna_history', 'luna_history_part'])
      await store.restore(parseDump(dumpText(all)))
      assert.equal((await lastOf(store)).changes[0]?.id, id)
      await store.restore(await store.dump())
      assert.deepEqual(await store.history(), [])
      await (await as('luna db import')).restore(all)
      const [entry, former] = await store.history()
      assert.deepEqual([entry?.whole, entry?.number, former?.number], [true, 2, 1])
      await (await as('luna cluster delete --force')).drop()
      assert.deepEqual(
        (await store.history()).map(({ whole, number }) => [whole, number]),
        [[true, 1]],
      )
      await store.drop()
      assert.deepEqual(await store.dump({ records: true }), {})
    })

    it('changes no version but with what it is about, and a damaged one stops nothing', async () => {
      const { store } = scene()
      const command = await as('luna group add')
      const id = await command.insert('group', { name: 'g' })
      const all = await store.dump({ records: true })
      const broken: Dump = {
        ...all,
        luna_history: (all.luna_history ?? []).map((one) =>
          one._id === 'head' ? { ...one, last: 'x' } : one,
        ),
        luna_history_part: (all.luna_history_part ?? []).map((one) => ({ ...one, packed: 7 })),
      }
      await store.restore(broken)
      assert.deepEqual([(await lastOf(store)).omitted, (await lastOf(store)).changes], [true, []])
      const records = (await store.versions()).records
      await (await as('next')).update('group', id, { comment: 'x' })
      assert.deepEqual(
        (await store.history()).map(({ number }) => number),
        [2, 1],
      )
      assert.equal((await store.versions()).records, records)
    })
  })
}

/** Everything that a dump holds, packed parts unpacked. */
function unpackedText(dump: Dump): string {
  const parts = (dump.luna_history_part ?? []).map(({ packed }) =>
    inflateRawSync(packed.buffer).toString('latin1'),
  )
  return dumpText({ ...dump, bmcsetup: [], switch: [] }) + parts.join('\n')
}
