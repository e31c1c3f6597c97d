// What the rest of Luna knows of the store.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const lib = join(import.meta.dirname, '../../lib')

/** What the files outside lib/store import, as `file: module`. */
function imports(): { file: string; module: string }[] {
  const files = globSync('**/*.ts', { cwd: lib }).filter((file) => !file.startsWith('store/'))
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(lib, file), 'utf8')
    return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, module = '']) => ({ file, module }))
  })
}

describe('the store', () => {
  it('is only known by store.ts and open.ts to the rest of Luna', () => {
    const inner = imports().filter(({ module }) => /\/store\/(?!(store|open)\.ts$)/.test(module))
    assert.deepEqual(inner, [])
  })

  it('is alone with MongoDB and BSON', () => {
    assert.deepEqual(
      imports().filter(({ module }) => ['mongodb', 'bson'].includes(module)),
      [],
    )
  })
})
