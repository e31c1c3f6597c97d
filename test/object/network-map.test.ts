import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import type { AddressUse } from '../../lib/object/net/address-use.ts'
import { mapLine, networkMap } from '../../lib/object/net/network-map.ts'
import type { Network } from '../../lib/object/network.ts'

const id = '64b000000000000000000001' as Id

function network(length: number, free: readonly [bigint, bigint][]): Network {
  const freelist = free.map(([start, end]) => ({ start, end }))
  const texts = { name: 'net', ns_hostname: null, ns_ip: null, include: null, rev_include: null }
  return {
    id,
    version: 4,
    NETWORK: 0x0a1e0000n,
    PREFIX: length,
    freelist,
    ...texts,
    classless: null,
    comment: '',
  }
}

function node(number: bigint, on = 'BOOTIF'): AddressUse {
  const name = `node${String(number).padStart(3, '0')}`
  return { network: id, start: number, end: number, who: name, host: { kind: 'node', name, on } }
}

const use = (start: bigint, end: bigint, who: string): AddressUse => ({ network: id, start, end, who })
const textOf = (net: Network, uses: readonly AddressUse[]) =>
  networkMap(net, uses).map(({ start, end, state, who }) => `${start}-${end} ${state} ${who}`.trim())

describe('networkMap', () => {
  it('puts neighbours of one kind together, and tells free from reserved addresses', () => {
    const net = network(24, [
      [5n, 9n],
      [20n, 199n],
      [211n, 253n],
    ])
    const uses = [
      node(2n),
      node(1n),
      node(3n, 'ib0'),
      node(10n),
      use(200n, 210n, 'the DHCP range'),
      use(254n, 254n, 'the name server'),
    ]
    assert.deepEqual(textOf(net, uses), [
      '1-2 taken 2 nodes on BOOTIF: node[001-002]',
      '3-3 taken 1 node on ib0: node003',
      '4-4 reserved',
      '5-9 free',
      '10-10 taken 1 node on BOOTIF: node010',
      '11-19 reserved',
      '20-199 free',
      '200-210 taken the DHCP range',
      '211-253 free',
      '254-254 taken the name server',
    ])
  })

  it('shows all who have one address, and what a damaged free list counts as free', () => {
    const uses = [node(7n), use(7n, 7n, 'switch sw01'), node(8n)]
    assert.deepEqual(textOf(network(28, [[1n, 14n]]), uses), [
      '1-6 free',
      '7-7 taken 1 node on BOOTIF: node007; switch sw01',
      '8-8 taken 1 node on BOOTIF: node008',
      '9-14 free',
    ])
  })

  it('leaves out other networks, and is one free range where there is nothing', () => {
    const other = { ...node(1n), network: '64b000000000000000000002' as Id }
    assert.deepEqual(textOf(network(16, [[1n, 65534n]]), [other]), ['1-65534 free'])
    assert.deepEqual(textOf(network(29, []), []), ['1-6 reserved'])
  })
})

describe('mapLine', () => {
  const lineOf = (net: Network, uses: readonly AddressUse[]) => mapLine(net, networkMap(net, uses), 8)

  it('has a sign for each part of the network', () => {
    const net = network(24, [[36n, 254n]])
    assert.equal(lineOf(net, [use(1n, 35n, 'x')]), '#+......')
    assert.equal(lineOf(network(24, [[1n, 254n]]), []), '........')
  })

  it('has a sign for each address of a small one', () => {
    assert.equal(lineOf(network(29, [[2n, 6n]]), [node(1n)]), '#.....')
  })
})
