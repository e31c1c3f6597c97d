// The rooms of the house, and which way the arrows between them may point.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const lib = join(import.meta.dirname, '../../lib')

/** What each room may import beside itself. Names of files stand for files directly in lib/. */
const allowed: Record<string, readonly string[]> = {
  'error.ts': [],
  'log.ts': [],
  'config.ts': ['error.ts'],
  object: ['error.ts'],
  store: ['object', 'error.ts', 'config.ts'],
  render: ['object', 'error.ts'],
  host: ['object', 'error.ts', 'log.ts', 'config.ts'],
  task: ['store', 'render', 'host', 'object', 'error.ts', 'log.ts', 'config.ts'],
  cli: ['task', 'store', 'render', 'host', 'object', 'error.ts', 'log.ts', 'config.ts'],
  daemon: ['task', 'store', 'host', 'object', 'error.ts', 'log.ts', 'config.ts'],
  web: ['daemon', 'task', 'store', 'render', 'host', 'object', 'error.ts', 'log.ts', 'config.ts'],
  seed: ['daemon', 'task', 'store', 'render', 'host', 'object', 'error.ts', 'log.ts', 'config.ts'],
  pxelinux: ['daemon', 'task', 'store', 'render', 'host', 'object', 'error.ts', 'log.ts', 'config.ts'],
}

describe('layers', () => {
  it('every import points down, and no room reaches into one beside it', () => {
    const wrong = imports().filter(({ from, to }) => from !== to && !allowed[from]?.includes(to))
    assert.deepEqual(wrong, [])
  })

  it('no file of lib/host is imported by what it imports', () => {
    const targets = Map.groupBy(
      imports().filter(({ from }) => from === 'host'),
      ({ file }) => file,
    )
    const reached = (file: string, seen = new Set<string>()): Set<string> => {
      for (const { target } of targets.get(file) ?? []) {
        if (seen.has(target)) continue
        seen.add(target)
        reached(target, seen)
      }
      return seen
    }
    assert.deepEqual(
      [...targets.keys()].filter((file) => reached(file).has(file)),
      [],
    )
  })

  it('objects are pure: no node: modules, no clock, no chance', () => {
    const impure = files('object').filter((file) =>
      /from 'node:|Date\.now|new Date\(\)|Math\.random|process\./.test(readFileSync(join(lib, file), 'utf8')),
    )
    assert.deepEqual(impure, [])
  })

  it('only the command line ends the process', () => {
    const ending = files('').filter((file) => /process\.exit\(/.test(readFileSync(join(lib, file), 'utf8')))
    assert.deepEqual(ending, ['cli/main.ts'])
  })
})

function files(room: string): string[] {
  return globSync('**/*.ts', { cwd: join(lib, room) })
    .map((file) => join(room, file))
    .sort()
}

function imports(): { file: string; target: string; from: string; to: string }[] {
  return files('').flatMap((file) => {
    const text = readFileSync(join(lib, file), 'utf8')
    const targets = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '')
    const paths = targets.map((target) => join(dirname(file), target))
    return paths.map((target) => ({ file, target, from: room(file), to: room(target) }))
  })
}

/** The folder directly below lib/, or the file itself when it lies there. */
function room(file: string): string {
  return relative(lib, join(lib, file)).split('/')[0] ?? ''
}
