import assert from 'node:assert/strict'
import { type RefusedAsked, readRefused, withRefused } from '../../lib/object/record/refused.ts'

const said = (node: string, address: string, time: number): RefusedAsked => {
  return { node, address, time, why: 'not that node', fix: 'luna node change' }
}

describe('who was refused', () => {
  it('is remembered with the last word of each, the last few of each node, for an hour', () => {
    const first = withRefused(
      [],
      [said('a', '10.0.0.1', 1), said('a', '10.0.0.2', 2), said('b', '::1', 2)],
      3,
    )
    const more = [5, 6, 7].map((time) => said('a', `10.0.0.${time}`, time))
    const all = withRefused(first, [said('a', '10.0.0.1', 4), ...more], 8)
    const told = all.map(({ node, address, time }) => `${node} ${address} ${time}`)
    assert.deepEqual(told, ['b ::1 2', 'a 10.0.0.5 5', 'a 10.0.0.6 6', 'a 10.0.0.7 7'])
    assert.deepEqual(withRefused(all, [], 3_600_002).length, 3)
  })

  it('is bounded, whoever asks as whom', () => {
    const flood = Array.from({ length: 5000 }, (_, n) => said(`node${n}`, `fd::${n}`, n))
    const kept = withRefused([], flood, 5000)
    assert.deepEqual([kept.length, kept.at(-1)?.node], [1000, 'node4999'])
  })

  it('is read back, but for what is damaged', () => {
    const good = said('a', '10.0.0.1', 1)
    assert.deepEqual(readRefused([good, null, { ...good, why: 1 }, { ...good, time: 'x' }]), [good])
    assert.deepEqual(readRefused('nothing'), [])
  })
})
