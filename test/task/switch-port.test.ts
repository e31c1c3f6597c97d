import assert from 'node:assert/strict'
import { parseId } from '../../lib/object/field.ts'
import type { Node } from '../../lib/object/node.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Learned } from '../../lib/store/store.ts'
import {
  current,
  judge,
  mostPerPort,
  type Sighting,
  sightingsOf,
  staleAfter,
} from '../../lib/task/boot/switch-port.ts'
import { mac } from '../help.ts'

const sw = idOf('a')
const time = Date.UTC(2026, 1, 2)

describe('judge', () => {
  for (const [what, sightings, expected] of [
    ['nothing: unseen', [], { kind: 'unseen' }],
    ['a port of nobody: unexpected', [at({})], { kind: 'unexpected' }],
    ['the port name', [at({ portname: ['n2'] })], { matched: 'n2' }],
    ['the port number', [at({ port: ['n2'] })], { matched: 'n2' }],
    ['the name before the number', [at({ portname: ['n1'], port: ['n2'] })], { matched: 'n1' }],
    [
      'the name before the number, at another place too',
      [at({ port: ['n2'] }), at({ portname: ['n1'] })],
      { matched: 'n1' },
    ],
    ['one node at two places', [at({ port: ['n1'] }), at({ portname: ['n1'] })], { matched: 'n1' }],
    [
      'two nodes at a port: ambiguous',
      [at({ port: ['n2', 'n1'] })],
      { kind: 'ambiguous', nodes: ['n1', 'n2'] },
    ],
    [
      'two places of two nodes: ambiguous',
      [at({ port: ['n1'] }), at({ port: ['n2'] })],
      { kind: 'ambiguous', nodes: ['n1', 'n2'] },
    ],
    ['a port of as many as a node may have', [at({ port: ['n1'], macs: mostPerPort })], { matched: 'n1' }],
    [
      'a port of more: crowded',
      [at({ port: ['n1'], macs: mostPerPort + 1 })],
      { kind: 'crowded', nodes: ['n1'] },
    ],
    [
      'an uplink and an access port: the latter',
      [at({ portname: ['n1'], macs: 400 }), at({ port: ['n2'] })],
      { matched: 'n2' },
    ],
    ['an uplink of nobody', [at({ macs: 400 })], { kind: 'unexpected' }],
  ] as const) {
    it(`goes by ${what}`, () => {
      const { kind, ...rest } = judge(sightings)
      const found = 'node' in rest ? { matched: rest.node.name } : { kind, ...rest }
      assert.deepEqual(found, expected)
    })
  }
})

describe('current', () => {
  const names = (seen: readonly Learned[]) => seen.map(({ portname }) => portname)

  it('is the newest of every switch', () => {
    const other = idOf('b')
    const seen = [
      learned({ portname: 'new' }),
      learned({ portname: 'there too', switch: other, updated: new Date(time - 20_000) }),
      learned({ portname: 'before', updated: new Date(time - 30_000) }),
    ]
    assert.deepEqual(names(current(seen)), ['new', 'there too'])
  })

  it('is not what another switch saw rounds ago', () => {
    const old = learned({ portname: 'old', switch: idOf('b'), updated: new Date(time - staleAfter) })
    assert.deepEqual(names(current([learned({ portname: 'new' }), old])), ['new'])
  })

  it('is nothing where nothing is', () => assert.deepEqual(current([]), []))
})

describe('sightingsOf', () => {
  it('finds who is expected, and counts the machines of that port that are there now', async () => {
    const store = openMemoryStore()
    const id = await store.insert('switch', { name: 'sw01' })
    for (const [name, port] of [
      ['a', 'swp7'],
      ['b', '7'],
      ['c', '8'],
      ['d', ''],
    ] as const)
      await store.insert('node', { name, switch: id, port })
    const now = new Date()
    const seen = { switch: id, port: '7', portname: 'swp7', updated: now }
    const before = new Date(now.getTime() - staleAfter)
    await store.learn([
      ...[1, 2].map((n) => ({ ...seen, mac: mac(n) })),
      { ...seen, mac: mac(3), updated: before },
      { ...seen, mac: mac(4), port: '9', portname: '' },
    ])
    const [sighting, ...more] = await sightingsOf(store, mac(1))
    assert.deepEqual(more, [])
    assert.deepEqual(
      sighting?.expected.map(({ node, by }) => [node.name, by]),
      [
        ['a', 'portname'],
        ['b', 'port'],
      ],
    )
    assert.equal(sighting?.macs, 2)
    assert.deepEqual((await sightingsOf(store, mac(4)))[0]?.macs, 0)
    assert.deepEqual((await sightingsOf(store, mac(4), { thorough: true }))[0]?.macs, 1)
    await store.close()
  })
})

function at(place: { macs?: number; portname?: readonly string[]; port?: readonly string[] }): Sighting {
  const claims = (['portname', 'port'] as const).flatMap((by) =>
    (place[by] ?? []).map((name) => ({ node: { name } as Node, by })),
  )
  return { at: learned({}), macs: place.macs ?? 1, expected: claims }
}

function learned(more: Partial<Learned>): Learned {
  return { switch: sw, mac: mac(1), port: '7', portname: 'swp7', updated: new Date(time), ...more }
}

function idOf(digit: string) {
  const id = parseId(digit.repeat(24))
  assert(id)
  return id
}
