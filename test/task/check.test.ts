import assert from 'node:assert/strict'
import { EJSON, ObjectId } from 'bson'
import { type Id, type Kind, parseId } from '../../lib/object/field.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { addInterface } from '../../lib/task/change/group-interface.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { addOtherdevs } from '../../lib/task/change/otherdev.ts'
import { addSwitches } from '../../lib/task/change/switch.ts'
import { checkCluster } from '../../lib/task/database/check.ts'
import { addNode, fillBoot } from '../scenario/boot.ts'
import { smallSite } from './site.ts'

const nobody = parseId('f'.repeat(24)) as Id

interface Case {
  it: string
  /** Does the damage. */
  damage: (store: Store) => Promise<unknown>
  /** Every line, by what it must contain. */
  finds: readonly RegExp[]
  /** What is still found after a repair; nothing when absent. */
  leaves?: readonly RegExp[]
}

const cases: Case[] = [
  {
    it: 'a counter of a group that is gone',
    damage: async (store) => {
      const ghost = await store.insert('group', { name: 'ghost' })
      await store.link({ kind: 'group', id: ghost }, await ref(store, 'network', 'cluster'))
      await store.remove('group', ghost)
    },
    finds: [/^network cluster: counts as used by a group that is gone$/],
  },
  {
    it: 'a counter that is too high on one side',
    damage: async (store) => {
      const [group, network] = [await ref(store, 'group', 'compute'), await ref(store, 'network', 'cluster')]
      await store.dropLink('uses', group, network)
    },
    finds: [/^group compute: uses network cluster 2 times, but counts 0, and is counted 2 there$/],
  },
  {
    it: 'a node that an addition left behind',
    damage: async (store) => {
      const { id } = await ref(store, 'group', 'compute')
      await store.insert('node', { name: 'left', group: id })
    },
    finds: [/^node left: left behind/],
  },
  {
    it: 'an address that counts as free though a device has it',
    damage: async (store) => await changeNetwork(store, 'cluster', { release: '10.30.252.1' }),
    finds: [/^network cluster: 10\.30\.252\.1 counts as free, but otherdev pdu01 has it$/],
  },
  {
    it: 'a network that cannot be',
    damage: async (store) => {
      await store.update('network', (await ref(store, 'network', 'tiny')).id, { PREFIX: 31 })
      await store.update('network', (await ref(store, 'network', 'six')).id, { NETWORK: 1n << 128n })
    },
    finds: [
      /^network tiny: no network has the base \d+ and the prefix length 31 /,
      /^network six: no network has/,
    ],
    leaves: [/^network tiny/, /^network six/],
  },
  {
    it: 'counters of what can be nobody',
    damage: async (store) => {
      const { node = [], ...others } = await store.dump()
      const nodes = node.map((each) => ({ ...each, _use_: { ...each._use_, other: { one: 1 } } }))
      await store.restore({ ...others, node: nodes })
    },
    finds: [
      /^node node001: counts as using an other that is gone$/,
      /^node node002: counts as using an other/,
    ],
  },
  {
    it: 'an address that is reserved for nothing',
    damage: async (store) => await changeNetwork(store, 'tiny', { reserve: '172.16.1.4' }),
    finds: [/^network tiny: 172\.16\.1\.4 is reserved, and nothing has it/],
  },
  {
    it: 'a free list with the base address, out of order',
    damage: async (store) => {
      const freelist = [
        { start: 3n, end: 5n },
        { start: 0n, end: 2n },
      ]
      await store.update('network', (await ref(store, 'network', 'tiny')).id, { freelist })
    },
    finds: [/^network tiny: its list of free addresses is out of order$/],
  },
  {
    it: 'two nodes with one address, which nobody but the operator can decide',
    damage: async (store) => {
      const first = await store.getNamed('node', 'node001')
      const { id, interfaces } = await store.getNamed('node', 'node002')
      const same = Object.entries(interfaces).map(([key, own]) => {
        return [key, { ...own, 4: first.interfaces[key]?.[4] ?? null }]
      })
      await store.update('node', id, { interfaces: Object.fromEntries(same) })
      await changeNetwork(store, 'cluster', { release: '10.30.0.2' })
      await changeNetwork(store, 'ipmi', { release: '10.31.0.2' })
    },
    finds: [
      /^network cluster: 10\.30\.0\.1 belongs to both node node001 \(BOOTIF\) and node node002 \(BOOTIF\)$/,
      /^network ipmi: 10\.31\.0\.1 belongs to both/,
    ],
    leaves: [/10\.30\.0\.1 belongs to both/, /10\.31\.0\.1 belongs to both/],
  },
  {
    it: 'a node inside the DHCP range',
    damage: async (store) => {
      const { id } = await store.getNamed('cluster', 'general')
      const network = await ref(store, 'network', 'cluster')
      await store.update('cluster', id, { dhcp_net: network.id, dhcp_range_start: 2n, dhcp_range_end: 2n })
      await store.link({ kind: 'cluster', id }, network)
    },
    finds: [/10\.30\.0\.2 belongs to both the DHCP range and node node002 \(BOOTIF\)/],
    leaves: [/10\.30\.0\.2 belongs to both/],
  },
  {
    it: 'a switch without an address',
    damage: async (store) => {
      await store.update('switch', (await ref(store, 'switch', 'sw01')).id, { ip: null })
      await changeNetwork(store, 'cluster', { release: '10.30.253.1' })
    },
    finds: [/^switch sw01: has no address \(luna switch change sw01 --ip ADDRESS\)$/],
    leaves: [/^switch sw01: has no address/],
  },
  {
    it: 'a node without an address on an interface that has a network',
    damage: async (store) => {
      await store.update('node', (await ref(store, 'node', 'node001')).id, { interfaces: {} })
      await changeNetwork(store, 'cluster', { release: '10.30.0.1' })
      await changeNetwork(store, 'ipmi', { release: '10.31.0.1' })
    },
    finds: [
      /^node node001: has no IPv4 address on BMC \(/,
      /^node node001: has no IPv4 address on BOOTIF \(/,
    ],
    leaves: [/on BMC/, /on BOOTIF/],
  },
  {
    it: 'an interface and an address that the group does not have',
    damage: async (store) => {
      await addInterface(store, 'compute', 'eth1')
      const { id, interfaces } = await store.getNamed('node', 'node001')
      const changed = Object.entries(interfaces).map(([key, own]) => {
        return [key, own[4] === null ? { 4: 7n, 6: null } : own]
      })
      const unknown = { ['0'.repeat(32)]: { 4: 1n, 6: null } }
      await store.update('node', id, { interfaces: { ...Object.fromEntries(changed), ...unknown } })
    },
    finds: [
      /^node node001: has an address on eth1, which has no network for it$/,
      /^node node001: has an interface that its group lacks$/,
    ],
  },
  {
    it: 'names that cannot be used safely',
    damage: async (store) => {
      await store.update('node', (await ref(store, 'node', 'node001')).id, { name: 'bad name;x' })
    },
    finds: [/^node "bad name;x": the name cannot be used safely/],
    leaves: [/bad name;x/],
  },
  {
    it: 'references to what is gone',
    damage: async (store) => {
      const update = async <K extends Kind>(kind: K, name: string) => (await ref(store, kind, name)).id
      await store.update('node', await update('node', 'node001'), { switch: nobody })
      await store.update('group', await update('group', 'compute'), { bmcsetup: nobody, domain: nobody })
      const { id, connected } = await store.getNamed('otherdev', 'pdu01')
      await store.update('otherdev', id, { connected: { ...connected, [nobody]: 9n } })
      await store.update('cluster', await update('cluster', 'general'), { dhcp_net: nobody })
    },
    finds: [
      /^group compute: its BMC setup is gone$/,
      /^group compute: the network of its domain is gone$/,
      /^cluster: its DHCP network is gone$/,
      /^otherdev pdu01: a network of it is gone$/,
      /^node node001: its switch is gone$/,
      /^group compute: uses network cluster once, but counts 2, and is counted 2 there$/,
    ],
  },
  {
    it: 'an image and a group that are gone, which the operator has to choose anew',
    damage: async (store) => {
      await store.update('group', (await ref(store, 'group', 'compute')).id, { osimage: nobody })
      await store.update('switch', (await ref(store, 'switch', 'sw01')).id, { network: nobody })
    },
    finds: [
      /^group compute: its image is gone \(luna group change compute --osimage IMAGE\)$/,
      /^switch sw01: its network is gone/,
      /^network cluster: 10\.30\.253\.1 is reserved/,
      /^group compute: uses osimage os 0 times/,
      /^switch sw01: uses network cluster 0 times/,
    ],
    leaves: [/its image is gone/, /its network is gone/],
  },
  {
    it: 'a MAC address of a node that is gone, and one of two nodes',
    damage: async (store) => {
      const [one, two] = [await ref(store, 'node', 'node001'), await ref(store, 'node', 'node002')]
      const record = (mac: string, id: string) => ({
        _id: new ObjectId(),
        mac,
        node: { $ref: 'node', $id: new ObjectId(id) },
      })
      const mac = [
        record('52:54:00:00:00:01', one.id),
        record('52:54:00:00:00:01', two.id),
        record('52:54:00:00:00:09', nobody),
      ]
      await store.restore({ ...(await store.dump()), mac })
    },
    finds: [
      /^MAC address 52:54:00:00:00:09: its node is gone$/,
      /^MAC address 52:54:00:00:00:01: several have it: node node001, node node002$/,
    ],
    leaves: [/several have it/],
  },
  {
    it: 'two objects of one name',
    damage: async (store) => {
      const dump = await store.dump()
      const [first, second] = dump.node ?? []
      assert(first && second)
      await store.restore({ ...dump, node: [first, { ...second, name: first.name }] })
    },
    finds: [/^node node001: 2 objects have this name/],
    leaves: [/2 objects have this name/],
  },
]

async function ref<K extends Kind>(store: Store, kind: K, name: string): Promise<{ kind: K; id: Id }> {
  return { kind, id: (await store.getNamed(kind, name)).id }
}

/** Two nodes, a switch, a device. */
async function filledSite(): Promise<Store> {
  const store = await smallSite()
  await addNodes(store, { group: 'compute', names: ['node001', 'node002'] })
  await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
  await addOtherdevs(store, { names: ['pdu01'], network: 'cluster', ip: '10.30.252.1' })
  await changeNodes(store, ['node002'], { switch: 'sw01', mac: '52:54:00:00:00:02' })
  return store
}

async function linesOf(store: Store): Promise<string[]> {
  return (await checkCluster(store, { repair: false })).map(({ line }) => line)
}

function assertLines(lines: readonly string[], patterns: readonly RegExp[]): void {
  assert.equal(lines.length, patterns.length, lines.join('\n'))
  for (const pattern of patterns)
    assert(
      lines.some((line) => pattern.test(line)),
      `${pattern}\n${lines.join('\n')}`,
    )
}

describe('checkCluster', () => {
  it('finds nothing in a sound database', async () => {
    assert.deepEqual(await linesOf(await filledSite()), [])
  })

  for (const { it: what, damage, finds, leaves = [] } of cases) {
    it(`finds ${what}`, async () => {
      const store = await filledSite()
      await damage(store)
      assertLines(await linesOf(store), finds)
      const repaired = await checkCluster(store, { repair: true })
      assert.equal(repaired.filter((one) => !one.repaired).length, leaves.length)
      assertLines(await linesOf(store), leaves)
    })
  }

  it('changes nothing unless told to repair', async () => {
    const store = await filledSite()
    await changeNetwork(store, 'cluster', { release: '10.30.0.1' })
    const before = EJSON.stringify(await store.dump())
    await checkCluster(store, { repair: false })
    assert.equal(EJSON.stringify(await store.dump()), before)
  })

  it('names the groups whose host names an initramfs of the first Luna cuts to one peer id', async () => {
    const store = openMemoryStore()
    const { compute } = await fillBoot(store)
    for (const number of [1, 2]) {
      const BOOTIF = `10.30.1.${number}`
      await addNode(store, `compute-rack01-node00${number}`, compute, { BOOTIF })
    }
    const findings = await checkCluster(store, { repair: false })
    assert.deepEqual(
      findings.filter(({ defect }) => defect === 'peer-id'),
      [
        {
          defect: 'peer-id',
          line:
            'group compute: 2 host names begin with the 20 characters compute-rack01-node0: with an initramfs of ' +
            'Luna 1.2 these nodes give each other nothing of the image (luna osimage pack NAME --boot)',
          repaired: false,
          harmless: true,
        },
      ],
    )
    await store.close()
  })

  it('names nodes that are said to be at one port of a switch, which ends no check', async () => {
    const store = await filledSite()
    await addSwitches(store, { names: ['sw7'], network: 'cluster', ip: '10.30.253.7' })
    const { warnings } = await changeNodes(store, ['node001', 'node002'], { switch: 'sw7', port: 'Gi1/0/7' })
    const line = 'node[001-002] are all at port Gi1/0/7 of sw7: none of them is found by it'
    assert.deepEqual(warnings, [line])
    assert.deepEqual(
      (await checkCluster(store, { repair: true })).map(({ defect, line, harmless }) => [
        defect,
        line,
        harmless,
      ]),
      [['shared-port', line, true]],
    )
    assert.deepEqual((await changeNodes(store, ['node002'], { port: 'Gi1/0/8' })).warnings, [])
  })

  it('keeps reserved addresses when asked to, and mends the rest of the list', async () => {
    const store = await filledSite()
    await changeNetwork(store, 'cluster', { reserve: '10.30.200.1' })
    await changeNetwork(store, 'cluster', { release: '10.30.0.1' })
    await checkCluster(store, { repair: true, keepReserved: true })
    const findings = await checkCluster(store, { repair: false })
    assert.deepEqual(
      findings.map(({ defect, harmless }) => ({ defect, harmless })),
      [{ defect: 'reserved', harmless: true }],
    )
  })
})
