// The events that the daemons log are words that operators look for: each is written out in the code, and
// listed in luna(8).
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const top = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(top, path), 'utf8')
// Commands log sentences of their own to whoever runs them.
const texts = globSync('lib/**/*.ts', { cwd: top })
  .filter((path) => !path.startsWith('lib/cli/'))
  .map(read)

const call = /\blog\??\.(?:info|warning|error)\(/g
const event = /\blog\??\.(?:info|warning|error)\(\s*'([^']+)'/g

function logged(): string[] {
  const found = texts.flatMap((text) => [...text.matchAll(event)].map((match) => match[1] ?? ''))
  return [...new Set(found)].sort()
}

function listed(): string[] {
  const [, rest = ''] = read('man/luna.8').split('.Sh LOG EVENTS\n')
  const [section = ''] = rest.split(/^\.Sh /m)
  return [...section.matchAll(/^\.It Ql (.+)$/gm)].map((match) => match[1] ?? '').sort()
}

describe('log events', () => {
  it('are literal texts in the code', () => {
    const calls = texts.flatMap((text) => text.match(call) ?? [])
    const literal = texts.flatMap((text) => text.match(event) ?? [])
    assert.ok(calls.length > 20)
    assert.equal(literal.length, calls.length)
  })

  it('are all listed in luna(8), which lists no others', () => {
    assert.deepEqual(listed(), logged())
  })
})
