// npm run scenarios on a machine without a MongoDB.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

describe('scenarios on MongoDB', () => {
  it('say what is looked for and how to get it where there is none', () => {
    const bin = mkdtempSync(join(tmpdir(), 'luna-scenario-'))
    for (const name of ['which', 'sh'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name))
    const { LUNA_TEST_MONGODB: _, ...env } = process.env
    const args = [join(import.meta.dirname, 'run.ts'), bin, '--store', 'mongodb']
    const { status, stderr } = spawnSync(process.execPath, args, {
      env: { ...env, PATH: bin },
      encoding: 'utf8',
    })
    rmSync(bin, { recursive: true })
    assert.equal(status, 1)
    assert.match(
      stderr,
      /^no MongoDB server can be had: .*LUNA_TEST_MONGODB.*mongod.*Java and Maven.*apt-get install/,
    )
  })
})
