// Options shortened as scripts of the first Luna have them.
import assert from 'node:assert/strict'
import { take } from '../../lib/cli/arguments/normalise.ts'
import { objects } from '../../lib/cli/commands.ts'
import { helpOption } from '../../lib/program/option.ts'
import { legacyOptions } from '../rules/legacy-options.ts'

const loaded = await Promise.all(
  objects.map(async (entry) => ({ object: entry.name, commands: await entry.load() })),
)
const rows = loaded.flatMap(({ object, commands }) =>
  commands.map((row) => [`${object} ${row.action}`, row] as const),
)

/** Every start of an option's long names that was no start of another option's. */
function shortened(long: readonly string[]): string[] {
  const starts = (name: string) => Array.from({ length: name.length - 2 }, (_, at) => name.slice(0, at + 3))
  const all = [...new Set(long.flatMap(starts))]
  return all.filter((start) => long.filter((name) => name.startsWith(start)).length === 1)
}

describe('shortened options', () => {
  for (const [command, row] of rows) {
    if (!(command in legacyOptions)) continue
    const spellings = `--help ${legacyOptions[command]}`.split(' ')
    const long = spellings.filter((one) => one.startsWith('--'))
    it(`luna ${command}: mean what they meant in the first Luna`, () => {
      const options = { help: helpOption, ...row.options }
      for (const start of shortened(long)) {
        const whole = long.find((name) => name.startsWith(start)) ?? ''
        assert.equal(take(options, start).known.option, take(options, whole).known.option, start)
      }
    })
  }
})
