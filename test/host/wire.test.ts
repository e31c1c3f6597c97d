import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { type Place, placeOf, readNeighbours, Wire } from '../../lib/host/wire.ts'
import { isSameCard, parseMac } from '../../lib/object/net/mac.ts'

const table = JSON.stringify([
  { dst: '10.30.0.1', dev: 'eth0', lladdr: '52:54:00:00:00:01', state: ['REACHABLE'] },
  { dst: '10.30.0.2', dev: 'eth0', state: ['FAILED'] },
  { dst: 'fd30::1', dev: 'eth0', lladdr: '52:54:00:00:00:0A', state: ['STALE'] },
  { dst: 'fe80::1', dev: 'eth0', lladdr: '52:54:00:00:00:01' },
  { dst: 'fe80::1', dev: 'eth1', lladdr: '52:54:00:00:00:02' },
])
const links = [
  { version: 4, base: 0x0a1efffen, length: 16 },
  { version: 6, base: 0xfd300000000000000000000000000000n, length: 64 },
] as const
const seen = { own: new Set(['10.30.255.254', 'fd30::fe']), links, macs: readNeighbours(table) }

describe('the place of an address', () => {
  const places: [string, Place][] = [
    ['127.0.0.1', { kind: 'here' }],
    ['127.9.9.9', { kind: 'here' }],
    ['::1', { kind: 'here' }],
    ['10.30.255.254', { kind: 'here' }],
    ['::ffff:10.30.255.254', { kind: 'here' }],
    ['10.30.0.1', { kind: 'link', macs: ['52:54:00:00:00:01'] }],
    ['::ffff:10.30.0.1', { kind: 'link', macs: ['52:54:00:00:00:01'] }],
    ['10.30.0.2', { kind: 'link', macs: [] }],
    ['10.30.7.7', { kind: 'link', macs: [] }],
    ['fd30::1', { kind: 'link', macs: ['52:54:00:00:00:0a'] }],
    ['fe80::1', { kind: 'link', macs: ['52:54:00:00:00:01', '52:54:00:00:00:02'] }],
    ['fd30::2', { kind: 'link', macs: [] }],
    ['10.40.0.1', { kind: 'routed' }],
    ['fd31::1', { kind: 'routed' }],
    ['', { kind: 'routed' }],
    ['unix:', { kind: 'routed' }],
  ]
  for (const [address, place] of places)
    it(`of ${address || 'nothing'} is ${place.kind}`, () => assert.deepEqual(placeOf(address, seen), place))

  it('is asked of the kernel once for all who ask at a time, and remembered', async () => {
    let looks = 0
    const wire = new Wire(async () => {
      looks++
      await delay(5)
      return seen
    })
    const all = ['10.30.0.1', '10.40.0.1', '10.30.255.254']
    await Promise.all([...all, ...all].map((address) => wire.at(address)))
    assert.equal(looks, 1)
    for (const address of all) await wire.at(address)
    assert.equal(looks, 1)
  })

  it('is looked for anew where the kernel had no entry, and by a look that began afterwards', async () => {
    const macs = new Map<string, string[]>()
    const begun: number[] = []
    const wire = new Wire(async () => {
      begun.push(macs.size)
      const now = new Map(macs)
      await delay(20)
      return { ...seen, macs: now }
    })
    const early = wire.at('10.30.0.9')
    await delay(5)
    macs.set('10.30.0.9', ['52:54:00:00:00:09'])
    const late = wire.at('10.30.0.9')
    assert.deepEqual(await early, { kind: 'link', macs: [] })
    assert.deepEqual(await late, { kind: 'link', macs: ['52:54:00:00:00:09'] })
    assert.deepEqual(begun, [0, 1])
  })

  it('is told of this machine', async () => {
    assert.deepEqual(await new Wire().at('127.0.0.1'), { kind: 'here' })
  })
})

describe('a card of InfiniBand', () => {
  const link = '80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:31:80:f1'
  it('is known by its GUID as firmware shows it', () => {
    const card = parseMac('00:02:c9:31:80:f1')
    const other = parseMac('00:02:c9:31:80:f2')
    assert(card && other)
    assert.deepEqual([isSameCard(card, link), isSameCard(other, link)], [true, false])
  })
})
