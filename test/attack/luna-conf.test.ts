// Row B6: a luna.conf with a password that every account can read.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPassword } from '../../lib/task/conf-rights.ts'

describe('a luna.conf with a password', () => {
  let file: string
  before(() => {
    file = join(mkdtempSync(join(tmpdir(), 'luna-conf-')), 'luna.conf')
    writeFileSync(file, '')
  })
  after(() => rmSync(join(file, '..'), { recursive: true }))

  const mongo = { server: 'localhost', tls: false, user: 'luna', password: 'S3cret' }

  it('is complained of where others can read it, with the command that mends it', async () => {
    chmodSync(file, 0o644)
    const open = await openPassword({ file, store: { mongo } }, 'luna')
    assert.equal(open?.fix, `chgrp luna ${file} && chmod 640 ${file}`)
    assert.doesNotMatch(JSON.stringify(open), /S3cret/)
  })

  it('is fine where only its group can, or where it has none', async () => {
    chmodSync(file, 0o640)
    assert.equal(await openPassword({ file, store: { mongo } }, 'luna'), undefined)
    chmodSync(file, 0o644)
    const { password: _, ...open } = mongo
    assert.equal(await openPassword({ file, store: { mongo: open } }, 'luna'), undefined)
    assert.equal(await openPassword({ file, store: { embedded: '/x' } }, 'luna'), undefined)
  })
})
