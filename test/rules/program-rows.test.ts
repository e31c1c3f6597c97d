// The rows of the programs beside luna: what they say is in help, in the synopsis of the page, and completed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { complete } from '../../lib/cli/completion/complete.ts'
import { programHelp, spellings } from '../../lib/program/help.ts'
import { programs } from '../../lib/program/program.ts'

const top = join(import.meta.dirname, '../..')
const names = { ofKind: async () => [], interfacesOf: async () => [] }

describe('programs beside luna', () => {
  it('have a row each', () => {
    const rows = programs.map(({ name }) => name)
    const files = globSync('bin/*', { cwd: top }).map((path) => basename(path))
    assert.deepEqual(rows.toSorted(), files.filter((name) => name !== 'luna').sort())
  })

  for (const program of programs) {
    const { name, actions, options, synopsis } = program
    const words = Object.keys(actions)

    it(`${name} prints the help of its row`, () => {
      const { stdout, status } = spawnSync(process.execPath, [join(top, 'bin', name), '--help'], {
        encoding: 'utf8',
      })
      assert.deepEqual([status, stdout], [0, programHelp(program)])
    })

    it(`${name} has its actions and options in the synopsis of its help and of its page`, () => {
      const path = globSync(`man/${name}.*`, { cwd: top })[0] ?? ''
      const page = readFileSync(join(top, path), 'utf8')
      const part = page.slice(page.indexOf('.Sh SYNOPSIS'), page.indexOf('.Sh DESCRIPTION'))
      for (const word of program.words ? [] : words) {
        assert.match(synopsis, new RegExp(`[{,]${word}[,}]`))
        assert.match(part, new RegExp(`[ |]${word}\\b`))
      }
      for (const [long, option] of Object.entries(options)) {
        const given = spellings(long, option).split(', ')
        assert.ok(
          given.some((one) => synopsis.includes(one)),
          `${long} is not in the synopsis`,
        )
        const flag = option.short ? `Fl ${option.short}\\b` : `Fl Fl ${long}\\b`
        assert.match(part, new RegExp(flag))
      }
    })

    it(`${name} has its actions and options completed, with their help`, async () => {
      const before = program.operand ? ['x'] : []
      const offered = words.length > 0 ? await complete(name, before, '', names) : []
      assert.deepEqual(
        offered,
        Object.entries(actions).map(([word, help]) => ({ word, help })),
      )
      for (const [long, { help }] of Object.entries(options)) {
        assert.deepEqual(await complete(name, [], `--${long}`, names), [{ word: `--${long}`, help }])
      }
    })
  }
})
