import assert from 'node:assert/strict'
import { discoverTable, discoverText } from '../../lib/cli/table/mac-table.ts'
import type { Id } from '../../lib/object/field.ts'
import type { Store } from '../../lib/store/store.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { addSwitches } from '../../lib/task/change/switch.ts'
import { explainAll, explainMac } from '../../lib/task/show/explain-mac.ts'
import { mac, rejectsWith } from '../help.ts'
import { smallSite } from './site.ts'

describe('explaining a MAC address', () => {
  let now: Date
  let store: Store
  let sw: Id
  beforeEach(async () => {
    now = new Date()
    store = await smallSite()
    await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
    sw = (await store.getNamed('switch', 'sw01')).id
    await addNodes(store, { group: 'compute', names: ['node001', 'node002', 'node003'] })
    for (const [node, port] of [
      ['node001', 'swp1'],
      ['node002', '2'],
    ] as const)
      await changeNodes(store, [node], { switch: 'sw01', port })
  })
  afterEach(() => store.close())

  const see = (port: number, ...numbers: readonly number[]) =>
    store.learn(
      numbers.map((n) => ({
        ...{ switch: sw, mac: mac(n), port: String(port), portname: `swp${port}` },
        updated: new Date(now.getTime() - 12_000),
      })),
    )
  const explain = async (n: number) => discoverText(await explainMac(store, mac(n), now))

  it('says where it is seen, how long ago, and what it becomes', async () => {
    await see(1, 5)
    assert.equal(
      await explain(5),
      `${mac(5)}
  seen 0:00:12 ago at sw01 port 1 (swp1), the only MAC address there; configured there: node001
  => it becomes node001 when it asks what to boot
`,
    )
    assert.deepEqual(await explainMac(store, mac(5).toUpperCase().replaceAll(':', '-'), now), {
      ...{ mac: mac(5), node: null, verdict: 'matched', candidates: ['node001'] },
      seen: [{ switch: 'sw01', port: '1', portname: 'swp1', age: 12, macs: 1, expected: ['node001'] }],
    })
  })

  it('says that it is a node already, and that another is configured where it is seen', async () => {
    await see(1, 5)
    await changeNodes(store, ['node001'], { mac: mac(5) })
    assert.match(await explain(5), /=> it is node001$/m)
    await changeNodes(store, ['node003'], { mac: mac(5) })
    assert.match(await explain(5), /=> it is node003, though it is seen where node001 is configured$/m)
  })

  it('says why it is taken for none', async () => {
    assert.match(await explain(5), /=> no switch has told of it/)
    await see(9, 5)
    assert.match(await explain(5), /configured there: nobody\n {2}=> no node is configured there/)
    await see(2, 6, ...Array.from({ length: 8 }, (_, n) => 20 + n))
    assert.match(
      await explain(6),
      /one of 9 MAC addresses .*\n {2}=> it is not taken for node002: more than 8/,
    )
    await changeNodes(store, ['node003'], { switch: 'sw01', port: 'swp1' })
    await see(1, 7)
    assert.match(await explain(7), /=> it could be any of node001, node003:/)
  })

  it('refuses what is no MAC address', async () => {
    await rejectsWith('invalid', explainMac(store, 'node001', now))
  })

  it('agrees about all with what it says of each, by place', async () => {
    await see(10, 7)
    await see(9, 8)
    await see(2, ...Array.from({ length: 9 }, (_, n) => 20 + n))
    await see(1, 6)
    const all = await explainAll(store, now)
    assert.deepEqual(
      all.map((one) => one.mac),
      [6, 20, 21, 22, 23, 24, 25, 26, 27, 28, 8, 7].map(mac),
    )
    for (const one of all) assert.deepEqual(one, await explainMac(store, one.mac, now))
    assert.match(
      discoverTable(all),
      /52:54:00:00:00:06 +\| +\| sw01 1 swp1 +\| 0:00:12 +\| 1 +\| node001 +\| matched \(node001\) /,
    )
  })
})
