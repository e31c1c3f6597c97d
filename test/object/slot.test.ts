import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import {
  type Assignment,
  interfacesWith,
  keepAddresses,
  type Slot,
  slotsOf,
} from '../../lib/object/net/slot.ts'

const [cluster, ipmi, six] = ['c', 'i', '6'].map((digit) => digit.repeat(24) as Id) as [Id, Id, Id]

function slot(name: string, network: Id): Slot {
  return { key: `new-${name}`, name, version: network === six ? 6 : 4, network }
}

function held(name: string, network: Id, offset: bigint): Assignment {
  return { ...slot(name, network), key: `old-${name}`, offset }
}

const cases: { it: string; old: Assignment[]; slots: Slot[]; kept: Record<string, bigint> }[] = [
  {
    it: 'keeps an address on the interface of the same name and network',
    old: [held('BOOTIF', cluster, 9n)],
    slots: [slot('BOOTIF', cluster)],
    kept: { BOOTIF: 9n },
  },
  {
    it: 'carries an address over to another interface in its network',
    old: [held('BOOTIF', cluster, 1799n)],
    slots: [slot('BOOTIF', ipmi), slot('eth5', cluster)],
    kept: { eth5: 1799n },
  },
  {
    it: 'prefers the same name to what stands first',
    old: [held('eth0', cluster, 1n), held('eth1', cluster, 2n)],
    slots: [slot('aaa', cluster), slot('eth1', cluster), slot('eth0', cluster)],
    kept: { eth1: 2n, eth0: 1n },
  },
  {
    it: 'drops an address whose network the new group lacks',
    old: [held('BMC', ipmi, 3n)],
    slots: [slot('BOOTIF', cluster)],
    kept: {},
  },
  {
    it: 'gives one slot to one address only',
    old: [held('eth0', cluster, 1n), held('eth1', cluster, 2n)],
    slots: [slot('ib0', cluster)],
    kept: { ib0: 1n },
  },
  {
    it: 'treats the two IP versions of an interface apart',
    old: [held('BOOTIF', cluster, 1n), held('BOOTIF', six, 2n)],
    slots: [slot('BOOTIF', six)],
    kept: { BOOTIF: 2n },
  },
]

describe('keepAddresses', () => {
  for (const { it: sentence, old, slots, kept } of cases) {
    it(sentence, () => {
      const result = keepAddresses(old, slots)
      assert.deepEqual(Object.fromEntries(result.map(({ name, offset }) => [name, offset])), kept)
      assert(result.every(({ key }) => key.startsWith('new-')))
    })
  }
})

describe('slotsOf', () => {
  it('gives interfaces by name, IPv4 before IPv6, and none without a network', () => {
    const interfaces = {
      k2: { name: 'BOOTIF', network: { 4: cluster, 6: six }, params: '' },
      k1: { name: 'BMC', network: { 4: ipmi, 6: null }, params: '' },
      k3: { name: 'eth1', network: { 4: null, 6: null }, params: '' },
    }
    const order = slotsOf({ interfaces }).map(({ name, version }) => `${name} ${version}`)
    assert.deepEqual(order, ['BMC 4', 'BOOTIF 4', 'BOOTIF 6'])
  })
})

describe('interfacesWith', () => {
  it('joins both versions of an interface under its key', () => {
    const four = { key: 'k', name: 'BOOTIF', version: 4, network: cluster, offset: 1n } as const
    const both = interfacesWith([four, { ...four, version: 6, network: six, offset: 2n }])
    assert.deepEqual(both, { k: { 4: 1n, 6: 2n } })
  })
})
