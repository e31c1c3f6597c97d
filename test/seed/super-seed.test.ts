import assert from 'node:assert/strict'
import { SuperSeed } from '../../lib/seed/super-seed.ts'

// Two pieces are told of at once when they are as large as this.
const large = 2 ** 20
const first = () => 0

describe('SuperSeed', () => {
  it('tells peers of different pieces, as long as there are some', () => {
    const seed = new SuperSeed<string>(4, large, first)
    assert.deepEqual(seed.join('a'), [0, 1])
    assert.deepEqual(seed.join('b'), [2, 3])
  })

  it('tells of as many small pieces as make a MiB', () => {
    assert.equal(new SuperSeed(100, 2 ** 16).join('a').length, 16)
  })

  it('tells a lone peer of more than one of a crowd', () => {
    const seed = new SuperSeed<number>(512, large)
    assert.equal(seed.join(0).length, 16)
    for (const peer of [1, 2, 3]) seed.join(peer)
    assert.equal(seed.join(4).length, 4)
  })

  it('does not promise a crowd the same pieces again and again', () => {
    const seed = new SuperSeed<number>(305, 65_536)
    const told = Array.from({ length: 36 }, (_, peer) => seed.join(peer)).flat()
    assert.equal(new Set(told).size, told.length)
  })

  it('tells of the next piece when one has been asked for, or is there', () => {
    const seed = new SuperSeed<string>(4, large, first)
    seed.join('a')
    assert.deepEqual(seed.asked('a', 0), [2])
    assert.deepEqual(seed.has('a', [1]), [3])
  })

  it('prefers the piece that fewest have', () => {
    const seed = new SuperSeed<string>(4, large, first)
    seed.has('a', [0, 1, 2])
    seed.has('b', [0, 1])
    assert.deepEqual(seed.join('c'), [3, 2])
  })

  it('tells nobody of what it has', () => {
    const seed = new SuperSeed<string>(3, large, first)
    seed.has('a', [0, 1])
    assert.deepEqual(seed.join('a'), [2])
  })

  it('says nothing to a peer that is not ready for it', () => {
    const seed = new SuperSeed<string>(4, large, first)
    assert.deepEqual(seed.has('a', [0]), [])
  })

  it('tells everything when the swarm has everything', () => {
    const seed = new SuperSeed<string>(5, large, first)
    seed.has('a', [0, 1, 2, 3, 4])
    assert.equal(seed.join('b').length, 5)
  })

  it('goes back to a few when the last peer with a piece is gone', () => {
    const seed = new SuperSeed<string>(5, large, first)
    seed.has('a', [0, 1, 2, 3, 4])
    seed.leave('a')
    assert.equal(seed.join('b').length, 2)
  })

  it('offers to others what a peer was told of and did not take along', () => {
    const seed = new SuperSeed<string>(3, large, first)
    seed.join('a')
    seed.leave('a')
    assert.deepEqual(seed.join('b'), [0, 1])
  })

  it('ignores pieces that do not exist', () => {
    const seed = new SuperSeed<string>(2, large, first)
    seed.join('a')
    assert.deepEqual(seed.has('a', [7, 2 ** 31]), [])
  })
})
