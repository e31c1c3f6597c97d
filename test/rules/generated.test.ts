// What is made from the table of commands and committed: the COMMANDS part of luna(8). `npm run manual`
// writes it.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { objects } from '../../lib/cli/commands.ts'
import { withCommands } from '../../lib/cli/manual.ts'

const file = join(import.meta.dirname, '../../man/luna.8')

describe('luna.8', () => {
  it('has the commands of the table as they are now (else: npm run manual)', async () => {
    const before = readFileSync(file, 'utf8')
    const page = withCommands(before, await Promise.all(objects.map(({ load }) => load())))
    if (process.env.LUNA_GOLDEN === 'write') writeFileSync(file, page)
    assert.equal(readFileSync(file, 'utf8'), page)
  })

  it('keeps what is written by hand about a command when it is made anew', () => {
    const before = readFileSync(file, 'utf8')
    const noted = before.replace('.\\" by hand: db export\n', '$&A sentence of somebody.\n')
    assert.match(withCommands(noted, []), /^\.\\" From the table[^\n]*\n\.\\" The end/m)
    const entry = { object: 'db', help: 'the database', commands: [exportRow] }
    assert.match(withCommands(noted, [entry]), /by hand: db export\nA sentence of somebody\.\n/)
  })
})

const exportRow = {
  action: 'export',
  help: 'Print it.',
  operand: 'none',
  options: {},
  examples: [],
  guarded: false,
  run: () => Promise.resolve(),
} as const
