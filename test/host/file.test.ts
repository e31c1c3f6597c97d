import assert from 'node:assert/strict'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '../../lib/host/file.ts'
import { rejectsWith } from '../help.ts'
import { type Place, temporaryPlace } from './small-image.ts'

describe('makeDirectory', () => {
  let place: Place
  const umask = process.umask()
  const mode = (name: string) => statSync(join(place.path, name)).mode & 0o777
  beforeEach(() => {
    place = temporaryPlace()
  })
  afterEach(() => {
    process.umask(umask)
    place.remove()
  })

  for (const mask of [0o000, 0o022, 0o027, 0o077])
    it(`lets everybody read what it makes with umask ${mask.toString(8)}, parents too`, async () => {
      process.umask(mask)
      await makeDirectory(join(place.path, 'a/b/c'))
      assert.deepEqual(['a', 'a/b', 'a/b/c'].map(mode), [0o755, 0o755, 0o755])
    })

  it('leaves a directory as it is that is there already', async () => {
    mkdirSync(join(place.path, 'a'), { mode: 0o700 })
    await makeDirectory(join(place.path, 'a/b'))
    assert.deepEqual([mode('a'), mode('a/b')], [0o700, 0o755])
  })

  it('says why it cannot', async () => {
    writeFileSync(join(place.path, 'a'), '')
    const { fix } = await rejectsWith('failed', makeDirectory(join(place.path, 'a/b')))
    assert.match(fix ?? '', /rights/)
    assert.equal(existsSync(join(place.path, 'a/b')), false)
  })
})
