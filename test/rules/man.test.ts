// The manual: sound mdoc, and complete. What the first Luna could do is listed here once more, apart from the
// table.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Command, commandWords } from '../../lib/cli/command.ts'
import { objects } from '../../lib/cli/commands.ts'
import { complete } from '../../lib/cli/completion/complete.ts'
import { commandHelp } from '../../lib/cli/help.ts'
import { skipUnless } from '../daemons/skip.ts'
import { legacyOptions } from './legacy-options.ts'

const top = join(import.meta.dirname, '../..')
const pages = globSync('man/*.[1-8]', { cwd: top }).sort()
const mandoc = (...args: string[]) => spawnSync('mandoc', args, { cwd: top, encoding: 'utf8' })
const lacking = mandoc('-h').error ? 'mandoc is not installed' : undefined

const loaded = await Promise.all(objects.map(({ load }) => load()))
const rows = loaded.flatMap(({ object, commands }) =>
  commands.map((command): [string, Command] => [object, command]),
)
const names = { ofKind: async () => [], interfacesOf: async () => [] }

describe('man pages', () => {
  it('are there for every program, luna.conf and the templates', () => {
    const programs = globSync('bin/*', { cwd: top }).map((path) => basename(path))
    const described = pages.map((path) => basename(path).replace(/\.\d$/, ''))
    assert.deepEqual(
      [...programs, 'luna.conf', 'luna-templates'].filter((name) => !described.includes(name)),
      [],
    )
  })

  for (const page of pages) {
    it(`${basename(page)} is sound`, function () {
      skipUnless(this, lacking)
      assert.equal(mandoc('-Tlint', '-Wwarning', page).stdout, '')
    })

    it(`${basename(page)} has no quotes inside of quotes, as .Pq makes them of its whole line`, function () {
      const groff = spawnSync('groff', ['-mdoc', '-Tutf8', '-P-c', page], { cwd: top, encoding: 'utf8' })
      skipUnless(this, groff.error ? 'groff is not installed' : undefined)
      const shown = groff.stdout.replace(/.[\b]/g, '')
      assert.deepEqual(shown.match(/‘[^’]*‘[^’]*’|’’/g), null)
    })

    it(`${basename(page)} refers to pages of Luna that exist`, () => {
      const own = /^\.Xr (luna\S*|lweb|ltorrent|lpower|lchroot|lfs_pxelinux) (\d)/gm
      const referred = [...read(page).matchAll(own)].map((match) => `man/${match[1]}.${match[2]}`)
      assert.deepEqual(
        referred.filter((path) => !pages.includes(path)),
        [],
      )
    })
  }

  it('luna.8 shows every spelling of every option below its command', function () {
    skipUnless(this, lacking)
    const shown = mandoc('-Tascii', '-Owidth=500', 'man/luna.8').stdout.replace(/.[\b]/g, '')
    for (const [object, { action, options }] of rows) {
      const text = itemOf(shown, `luna ${commandWords(object, { action })}`)
      for (const [long, { short, aliases = [] }] of Object.entries(options)) {
        const all = [long, ...aliases].map((name) => `--${name}`).concat(short ? [`-${short}`] : [])
        const missing = all.filter((spelling) => !text.split(/[\s,[\]]+/).includes(spelling))
        assert.deepEqual(missing, [], `luna ${object} ${action}`)
      }
    }
  })

  it('luna-templates.7 names every template and every value in it', () => {
    const text = read('man/luna-templates.7')
    for (const path of globSync('conf-templates/*.{mustache,list}', { cwd: top })) {
      const item = text.split('.It Pa ').find((one) => one.split('\n')[0]?.includes(basename(path)))
      assert.ok(item, `${basename(path)} is not described`)
      const used = read(path).matchAll(/\{\{[{#^]?([A-Za-z]+)/g)
      const known = new Set(item.match(/[A-Za-z]+/g))
      assert.deepEqual(
        [...used].map((match) => match[1] ?? '').filter((name) => !known.has(name)),
        [],
        path,
      )
    }
  })

  it('have shell scripts in their examples that a shell can read', () => {
    const [, scripts = ''] = read('man/luna.8').split('.Sh SCRIPTS OF A GROUP')
    const blocks = [...scripts.matchAll(/^\.Bd -literal -offset indent\n([\s\S]*?)^\.Ed/gm)]
    assert.ok(blocks.length > 10)
    for (const [, block = ''] of blocks) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: plain(block), encoding: 'utf8' })
      assert.equal(`${status}${stderr}`, '0', block)
    }
  })
})

describe('options of the first Luna', () => {
  for (const [command, spellings] of Object.entries(legacyOptions)) {
    const [object = '', action = ''] = command.split(' ')
    it(`luna ${command}: all are in its help, its completion and the manual`, async () => {
      const row = rows.find(([name, one]) => name === object && one.action === action)?.[1]
      assert.ok(row, 'there is no such command')
      const help = commandHelp(object, row).split(/[\s,]+/)
      const manual = sourceOf(object, action)
      for (const spelling of spellings.split(' ').filter((one) => one !== '')) {
        const offered = await complete('luna', [object, action], spelling, names)
        assert.ok(help.includes(spelling), `${spelling} is not in the help`)
        assert.ok(offered.length > 0, `${spelling} is not completed`)
        assert.ok(manual.includes(mdocOf(spelling)), `${spelling} is not in the manual`)
      }
    })
  }
})

function read(path: string): string {
  return readFileSync(join(top, path), 'utf8')
}

/** What the rendered page says of a command. */
function itemOf(shown: string, command: string): string {
  const lines = shown.split('\n')
  const from = lines.findIndex((line) => line.startsWith(`     ${command} `) || line === `     ${command}`)
  assert.ok(from >= 0, `${command} is not in the manual`)
  const length = lines.slice(from + 1).findIndex((line) => /^ {0,5}\S/.test(line))
  return lines.slice(from, from + 1 + length).join('\n')
}

/** The mdoc source of a command. */
function sourceOf(object: string, action: string): string {
  const [, rest = ''] = read('man/luna.8').split(`\n.Cm luna ${object} ${action}\n`)
  return rest.split('\n.It Xo\n')[0] ?? ''
}

function mdocOf(spelling: string): string {
  return spelling.startsWith('--') ? `Fl Fl ${spelling.slice(2)}` : `Fl ${spelling.slice(1)}`
}

/** A literal block as a person would copy it. */
function plain(block: string): string {
  return block.replaceAll('\\-', '-').replaceAll('\\en', '\\n').replaceAll('\\e', '\\')
}
