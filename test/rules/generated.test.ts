// What is made from tables and committed: parts of the manual. `npm run manual` writes them.
import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { withCommands } from '../../packaging/manual/commands.ts'
import { generatedPages } from '../../packaging/manual/pages.ts'

const pages = await generatedPages()

describe('the manual', () => {
  for (const { file, now, wanted } of pages) {
    it(`${basename(file)} has what the tables say now (else: npm run manual)`, () =>
      assert.equal(now, wanted))
  }

  it('keeps what is written by hand about a command when it is made anew', () => {
    const before = pages[0]?.now ?? ''
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
  exits: {},
  run: () => Promise.resolve(),
} as const
