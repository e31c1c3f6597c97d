import assert from 'node:assert/strict'
import { adviceOn } from '../../lib/store/mongo/advice.ts'

const now = new Date('2030-01-01T00:00:00Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)

describe('advice on MongoDB', () => {
  it('is none for a replica set of members that hold data', () => {
    assert.deepEqual(adviceOn({ setName: 'rs0', localTime: later(5) }, now), [])
    assert.deepEqual(adviceOn({ msg: 'isdbgrid' }, now), [])
  })

  const cases = [
    ['a single server', { localTime: now }, undefined, /replica set of one member.*luna\.conf\(5\)/],
    ['an arbiter', { setName: 'rs0', arbiters: ['db3'] }, undefined, /arbiter/],
    ['a clock that is ahead', { setName: 'rs0', localTime: later(300) }, undefined, /300 seconds ahead of/],
    ['a clock that is behind', { setName: 'rs0', localTime: later(-90) }, undefined, /90 seconds behind/],
    ['indexes that could not be made', { setName: 'rs0' }, 'timed out', /lacks indexes.*timed out/],
  ] as const
  for (const [what, hello, why, line] of cases) {
    it(`tells of ${what}`, () => {
      const lines = adviceOn(hello, now, why)
      assert.equal(lines.length, 1)
      assert.match(lines[0] ?? '', line)
    })
  }
})
