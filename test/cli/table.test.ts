// The rows of all commands, held to what scripts of the first Luna call.
import assert from 'node:assert/strict'
import { type Command, commandWords } from '../../lib/cli/command.ts'
import { allCommands, objects } from '../../lib/cli/commands.ts'
import { commandHelp, overview } from '../../lib/cli/help.ts'
import { sameAsGolden } from '../golden.ts'

const all = await allCommands()
const rows = all.flatMap(({ object, commands }) => commands.map((row): [string, Command] => [object, row]))

describe('the table of commands', () => {
  it('has no spelling of an option twice in a command', () => {
    for (const [object, { action, options }] of rows) {
      const names = Object.entries(options).flatMap(([long, { short, aliases = [] }]) => [
        ...(short ? [`-${short}`] : []),
        ...[long, ...aliases].map((name) => `--${name}`),
      ])
      assert.equal(new Set([...names, '-h', '--help']).size, names.length + 2, `luna ${object} ${action}`)
    }
  })

  it('has an example of every command that begins with the command', () => {
    for (const [object, { action, examples }] of rows) {
      assert.ok(examples.length > 0, `luna ${object} ${action}`)
      for (const [line] of examples)
        assert.ok(line.includes(`luna ${commandWords(object, { action })}`), line)
    }
  })

  it('guards all that changes objects but the making of a cluster, and nothing else', () => {
    const guarded = new Set(['add', 'change', 'clone', 'rename', 'delete'])
    const others = ['node import', 'node arm', 'node disarm', 'apply', 'undo']
    for (const [object, row] of rows) {
      const words = commandWords(object, row)
      assert.equal(row.guarded, guarded.has(row.action) || others.includes(words), `luna ${words}`)
    }
  })

  it('offers JSON with every list and show', () => {
    for (const [object, { action, options }] of rows) {
      if (['list', 'show', 'listmacs'].includes(action)) assert.ok(options.json, `luna ${object} ${action}`)
    }
  })
})

describe('help', () => {
  it('names the objects in the line after "positional arguments:"', () => {
    const lines = overview('luna', 'about', objects).split('\n')
    const next = lines[lines.indexOf('positional arguments:') + 1]
    assert.equal(
      next,
      '  {cluster,osimage,bmcsetup,network,group,node,switch,otherdev,db,apply,export,history,undo,setup,doctor}',
    )
  })

  for (const [object, row] of rows) {
    it(`of luna ${commandWords(object, row)} is as committed`, () => {
      sameAsGolden(`help/${commandWords(object, row).replace(' ', '-')}`, commandHelp(object, row))
    })

    it(`of luna ${commandWords(object, row)} fits a screen`, () => {
      const lines = commandHelp(object, row).split('\n')
      assert.ok(lines.length <= 47, `${lines.length} lines`)
      assert.deepEqual(
        lines.filter((line) => line.length > 110),
        [],
      )
    })
  }
})
