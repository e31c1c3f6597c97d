// Every command once over a store that nobody can reach: it must say so, and never take it for an empty one.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Command, Context, Given, Operands } from '../../lib/cli/command.ts'
import { allCommands } from '../../lib/cli/commands.ts'
import { parseConfig } from '../../lib/config.ts'
import { LunaError } from '../../lib/error.ts'
import { commandLog } from '../../lib/log.ts'
import type { OptionTable } from '../../lib/program/option.ts'
import { brokenStore } from '../store/broken.ts'

const all = await allCommands()

describe('a command over a broken store', () => {
  const image = mkdtempSync(join(tmpdir(), 'luna-cli-'))
  before(() => {
    mkdirSync(join(image, 'boot'))
    mkdirSync(join(image, 'lib/modules/6.1.0'), { recursive: true })
    writeFileSync(join(image, 'boot/vmlinuz-6.1.0'), '')
    writeFileSync(join(image, 'luna.conf'), '[MongoDB]\n')
  })
  after(() => rmSync(image, { recursive: true }))

  // The doctor tells it as what it has found.
  for (const { object, commands } of all.filter((one) => one.object !== 'doctor')) {
    for (const row of commands) {
      it(`luna ${object} ${row.action} says that it is unavailable, with status 255`, async () => {
        const { context, printed, reported } = contextOverBrokenStore(image)
        const error = await thrownBy(row.run(context, sampleOptions(object, row, image), sampleOperand(row)))
        const errors = [...reported, ...(error === undefined ? [] : [error])]
        assert.deepEqual(errors.map(codeOf), ['unavailable'])
        assert.deepEqual(printed, [])
      })
    }
  }
})

function contextOverBrokenStore(dir: string) {
  const printed: string[] = []
  const reported: unknown[] = []
  const store = brokenStore()
  const context: Context = {
    config: parseConfig('[MongoDB]\n', join(dir, 'luna.conf'), 'debian'),
    log: commandLog(false, () => undefined),
    env: {},
    undone: [],
    signal: new AbortController().signal,
    store: async () => store,
    print: (text) => void printed.push(text),
    report: (error) => void reported.push(error),
    endWith: () => undefined,
    readText: async () => '{}',
    content: async () => '{}',
    preview: (text) => void printed.push(text),
    input: () => Readable.from([Buffer.from('{}')]),
  }
  return { context, printed, reported }
}

async function thrownBy(work: Promise<void>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

function codeOf(error: unknown): string {
  return error instanceof LunaError ? error.code : String(error)
}

/** Something plausible for what must be given, and one thing to do where all is optional. */
function sampleOptions(object: string, { options, action }: Command, image: string): Given<OptionTable> {
  const entries = Object.entries(options).map(([long, { required, default: fallback }]) => [
    long,
    fallback ?? (required ? (samples[long] ?? 'sample') : undefined),
  ])
  const own = object === 'cluster' && action === 'init' ? { path: image, user: userInfo().username } : {}
  const path = object === 'osimage' && action === 'add' ? { path: image } : {}
  const address = object === 'otherdev' && action === 'add' ? { ip: '10.30.0.1' } : {}
  const comment = action === 'change' ? { comment: true } : {}
  return { ...Object.fromEntries(entries), ...own, ...path, ...address, ...comment }
}

const samples: Readonly<Record<string, string | number | readonly string[]>> = {
  frontend_address: '10.30.255.254',
  network: '10.30.0.0',
  prefix: 16,
  name: 'sample',
}

function sampleOperand({ operand }: Command): Operands[keyof Operands] {
  return {
    none: undefined,
    name: 'sample',
    names: ['sample'],
    chosen: ['sample'],
    some: undefined,
    list: 'sample',
    file: '-',
    files: ['-'],
    mac: '52:54:00:00:00:01',
    number: 1,
    'some-number': undefined,
  }[operand]
}
