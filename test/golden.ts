// Texts that are compared whole with committed files; LUNA_GOLDEN=write rewrites those,
// and the diff is reviewed.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Fails unless the text is that of `test/golden/<name>`. */
export function sameAsGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, 'golden', name)
  if (process.env.LUNA_GOLDEN === 'write') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  assert.equal(text, readFileSync(file, 'utf8'))
}
