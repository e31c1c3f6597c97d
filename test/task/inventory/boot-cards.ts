// A node with several boot cards: each is known, and all have one address.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ObjectId } from 'bson'
import type { Store } from '../../../lib/store/store.ts'
import { discover } from '../../../lib/task/boot/boot.ts'
import { pxelinuxMenus } from '../../../lib/task/boot/pxelinux.ts'
import { changeNodes } from '../../../lib/task/change/node-change.ts'
import { deleteObjects } from '../../../lib/task/change/object.ts'
import { chosenNames } from '../../../lib/task/choose/nodes.ts'
import { checkCluster } from '../../../lib/task/database/check.ts'
import { exportDatabase } from '../../../lib/task/database/export-import.ts'
import { recordEffects } from '../../../lib/task/effect/record.ts'
import { summarise } from '../../../lib/task/effect/summary.ts'
import { makeDhcp } from '../../../lib/task/generate/dhcp.ts'
import { explainAll, explainMac } from '../../../lib/task/show/explain-mac.ts'
import { listMacs } from '../../../lib/task/show/listmacs.ts'
import { listNodes } from '../../../lib/task/show/nodes.ts'
import { showObject } from '../../../lib/task/show/objects.ts'
import { useFakeBin } from '../../fake-bin.ts'
import { mac } from '../../help.ts'
import { fillBoot } from '../../scenario/boot.ts'
import { hostIn } from '../host.ts'
import type { Stores } from './stores.ts'

export function bootCardsTests(stores: Stores): void {
  const url = 'http://10.30.255.254:7050'
  const now = new Date()

  describe('a node with several boot cards', () => {
    const fake = useFakeBin()
    let store: Store
    let place: Awaited<ReturnType<typeof fillBoot>>
    beforeEach(async () => {
      store = await stores.empty()
      place = await fillBoot(store)
    })

    const give = (name: string, also: readonly string[], more: { mac?: string } = {}) =>
      changeNodes(store, [name], { ...more, also })

    it('is recognised by each of them, and keeps all', async () => {
      await give('node001', [mac(11), mac(12)])
      for (const number of [1, 11, 12]) {
        const found = await discover(store, { macs: [mac(99), mac(number)], type: 'ipxe' }, url, now)
        assert.deepEqual([found.node.name, found.by, found.mac], ['node001', 'mac', mac(number)])
      }
      const byHand = { macs: [mac(12)], type: 'ipxe', node: await store.getNamed('node', 'node001') }
      await discover(store, byHand, url, now)
      assert.equal(await store.macOf(place.node001), mac(1))
      assert.deepEqual(await store.alsoOf(place.node001), [mac(11), mac(12)])
    })

    it('has a reservation for each, of one address', async () => {
      await give('node001', [mac(11)])
      await give('node002', [mac(12)])
      await makeDhcp(store, hostIn(fake.dir), {
        network: 'cluster',
        start: '10.30.128.1',
        end: '10.30.140.1',
      })
      const hosts = readFileSync(join(fake.dir, 'dhcpd.conf'), 'utf8').matchAll(
        /host (\S+) \{\s*hardware ethernet (\S+);\s*fixed-address (\S+);/g,
      )
      assert.deepEqual(
        [...hosts].map((match) => match.slice(1).join(' ')),
        [
          `node001 ${mac(1)} 10.30.0.1`,
          `node001-52540000000b ${mac(11)} 10.30.0.1`,
          `node002-52540000000c ${mac(12)} 10.30.0.2`,
        ],
      )
    })

    it('has a menu for each, with its own address in it', async () => {
      await give('node001', [mac(11)])
      const { files } = await pxelinuxMenus(store)
      assert.deepEqual([...files.keys()].sort(), ['01-52-54-00-00-00-01', '01-52-54-00-00-00-0b'])
      assert.match(files.get('01-52-54-00-00-00-0b') ?? '', new RegExp(mac(11)))
    })

    it('shows them, and only where there are any', async () => {
      assert.equal('also' in (await showObject(store, 'node', 'node001', now)), false)
      await give('node001', [mac(11), mac(12)])
      assert.deepEqual((await showObject(store, 'node', 'node001', now)).also, [mac(11), mac(12)])
      const [first, second] = await listNodes(store)
      assert.deepEqual([first?.also, second && 'also' in second], [[mac(11), mac(12)], false])
      assert.deepEqual(await chosenNames(store, { where: [`mac=${mac(12)}`] }), ['node001'])
    })

    it('is named where switches see any of them', async () => {
      const id = await store.insert('switch', { name: 'sw01' })
      await store.learn([{ switch: id, mac: mac(11), port: '7', portname: 'swp7', updated: now }])
      await give('node001', [mac(11)])
      assert.equal((await listMacs(store, now))?.[0]?.node, 'node001')
      assert.equal((await explainMac(store, mac(11), now)).verdict, 'known')
      assert.equal((await explainAll(store, now))[0]?.node, 'node001')
    })

    it('takes them from whoever had them, and says so', async () => {
      await give('node001', [mac(11)])
      const { warnings } = await give('node002', [mac(1), mac(11)])
      assert.deepEqual(warnings, [
        `${mac(1)} was the MAC address of node001: it is node002's now`,
        `${mac(11)} was the MAC address of node001: it is node002's now`,
      ])
      assert.deepEqual([await store.macOf(place.node001), await store.alsoOf(place.node001)], [undefined, []])
      const back = await changeNodes(store, ['node001'], { mac: mac(11) })
      assert.match(back.warnings[0] ?? '', /was the MAC address of node002/)
      assert.deepEqual(await store.alsoOf(place.node002), [mac(1)])
    })

    it('can have its first card become another, and loses all with the last', async () => {
      await give('node001', [mac(11)])
      await give('node001', [mac(1)], { mac: mac(11) })
      assert.deepEqual(
        [await store.macOf(place.node001), await store.alsoOf(place.node001)],
        [mac(11), [mac(1)]],
      )
      await give('node001', [''])
      assert.deepEqual(await store.alsoOf(place.node001), [])
      await give('node001', [mac(1)])
      await deleteObjects(store, 'node', ['node001'])
      assert.equal(await store.findMac(mac(1)), undefined)
      assert.equal('mac_also' in (await store.dump()), false)
    })

    for (const [also, message] of [
      ['52-54-00-00-00-0b', /is not a MAC address/],
      ['01:00:5e:00:00:01', /multicast/],
      [mac(1), /is the first MAC address of node001 already/],
    ] as const)
      it(`refuses ${also}, and changes nothing`, async () => {
        await give('node001', [mac(12)])
        const { failures } = await give('node001', [mac(13), also])
        assert.match(`${failures[0]?.message}: ${failures[0]?.why}`, message)
        assert.deepEqual(await store.alsoOf(place.node001), [mac(12)])
      })

    it('tells what is due, and what is lost', async () => {
      const told = async (name: string, also: readonly string[]) => {
        const recorder = recordEffects(store)
        await changeNodes(recorder.store, [name], { also })
        return await summarise(store, recorder.effects(), [], 'did')
      }
      const dhcp = 'due: luna cluster make (dhcp)'
      assert.deepEqual(await told('node001', [mac(11)]), {
        sentence: `changed 1 node: node001 (also); ${dhcp}`,
        losing: 0,
      })
      assert.deepEqual(await told('node002', [mac(11)]), {
        sentence: `changed 2 nodes: node[001-002] (also); ${dhcp}`,
        losing: 1,
      })
      assert.equal((await told('node002', [mac(11)])).sentence, undefined)
    })

    it('is in an export, and comes back', async () => {
      await give('node001', [mac(11)])
      assert.match(await exportDatabase(store), /"mac_also": \[\n.*52:54:00:00:00:0b/)
      const other = await stores.empty()
      await other.restore(await store.dump())
      assert.equal(await other.findMac(mac(11)), place.node001)
    })

    it('has what is wrong with them found, and what is left of a node forgotten', async () => {
      await give('node001', [mac(11)])
      const before = (await checkCluster(store, { repair: false })).length
      const dump = await store.dump()
      const record = (address: string, id: string) => ({
        _id: new ObjectId(),
        mac: address,
        node: { $ref: 'node', $id: new ObjectId(id) },
      })
      const also = [
        record(mac(1), place.node002),
        record('nonsense', place.node002),
        record(mac(19), '0123456789abcdef01234567'),
      ]
      await store.restore({ ...dump, mac_also: [...(dump.mac_also ?? []), ...also] })
      const lines = (await checkCluster(store, { repair: true })).map(({ line }) => line)
      assert.equal(lines.length, before + 3)
      for (const line of [
        /^MAC address 52:54:00:00:00:01: several have it: node node001, node node002$/,
        /^node node002: "nonsense" is not a MAC address \(luna node change NAME --also ADDRESS\)$/,
        /^MAC address 52:54:00:00:00:13: its node is gone$/,
      ])
        assert(
          lines.some((one) => line.test(one)),
          `${line}\n${lines.join('\n')}`,
        )
      assert.equal(await store.findMac(mac(19)), undefined)
    })
  })
}
