import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { diffFile } from '../../lib/host/file.ts'
import { withScratch } from '../../lib/host/scratch.ts'
import { rejectsWith } from '../help.ts'

describe('withScratch', () => {
  const before = process.env.TMPDIR
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })

  it('gives a directory that nobody else can read, and removes it', async () => {
    const dir = await withScratch(async (made) => {
      assert.equal(statSync(made).mode & 0o777, 0o700)
      return made
    })
    assert.equal(existsSync(dir), false)
  })

  it('names the TMPDIR of the operator where none can be made in it', async () => {
    process.env.TMPDIR = '/nonexistent'
    const error = await rejectsWith('failed', diffFile({ path: '/none', content: 'x', mode: 0o644 }))
    assert.match(error.message, /^cannot make a temporary directory in \/nonexistent$/)
    assert.equal(error.fix, 'correct TMPDIR, or unset it')
  })
})
