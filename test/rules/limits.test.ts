// Programs that are run: each has a limit, or can be interrupted. Others may be waiting for a lock meanwhile,
// and a directory service, a bus or another head may be silent for ever.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const top = join(import.meta.dirname, '../..')

/** What takes as long as it takes, and why nobody minds. */
const exceptions = [
  // A whole tree.
  "lib/host/pin.ts: run('rm', ['-rf', '--', path])",
]

describe('programs that are run', () => {
  it('have a limit of time, or can be interrupted', () => {
    const unbounded = globSync('lib/**/*.ts', { cwd: top })
      .sort()
      .flatMap((path) => callsIn(readFileSync(join(top, path), 'utf8')).map((call) => `${path}: ${call}`))
      .filter((call) => !/\b(briefly|patiently|timeout|signal|options)\b/.test(call))
    assert.deepEqual(unbounded, exceptions)
  })

  for (const [text, found] of [
    ["await run('ip', [f(a)])", ["run('ip', [f(a)])"]],
    ['row.run(context, given)\nasync run(context, given) {', []],
  ] as const)
    it(`finds ${found.length} in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(callsIn(`import { run } from './run.ts'\n${text}`), found)
    })
})

/** The calls of `run` and `runInside` in a file that has them from elsewhere. */
function callsIn(text: string): string[] {
  if (!/import \{[^}]*\brun(Inside)?\b[^}]*\} from '[^']*\/(run|chroot)\.ts'/.test(text)) return []
  return [...text.matchAll(/(?<![.\w])(?<!async )(?<!function )run(Inside)?\(/g)].map(({ index }) =>
    text.slice(index, closing(text, index)),
  )
}

function closing(text: string, from: number): number {
  let depth = 0
  for (let at = text.indexOf('(', from); at < text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')' && --depth === 0) return at + 1
  }
  return text.length
}
