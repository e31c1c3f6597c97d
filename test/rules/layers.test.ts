// The rooms of the house: which way the arrows between them may point, and what may stand in each.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { circles, files, imports, lib, ownImportsOfTasks, textOf } from './imports.ts'

const root = ['error.ts', 'log.ts', 'config.ts']
const middle = ['task', 'store', 'render', 'host', 'format', 'object', ...root]

/** What each room may import beside itself. Names of files stand for files directly in lib/. */
const allowed: Record<string, readonly string[]> = {
  'error.ts': [],
  'log.ts': [],
  'config.ts': ['error.ts'],
  object: ['error.ts'],
  program: ['object', 'error.ts'],
  store: ['object', 'error.ts', 'config.ts'],
  render: ['object', 'error.ts'],
  format: ['object', 'error.ts'],
  host: ['object', ...root],
  task: ['store', 'render', 'host', 'format', 'object', ...root],
  daemon: ['task', 'store', 'host', 'object', ...root],
  cli: ['program', ...middle],
  web: ['program', 'daemon', ...middle],
  seed: ['program', 'daemon', ...middle],
  pxelinux: ['program', 'daemon', ...middle],
}

/** The folder that alone may import a package of npm. */
const packages: Record<string, string> = {
  bencode: 'host',
  bson: 'store',
  commander: 'cli/arguments',
  'create-torrent': 'host/image',
  'csv-parse': 'format',
  'csv-stringify': 'format',
  mongodb: 'store/mongo',
  mustache: 'render',
  'net-snmp': 'host/snmp',
  'node-fastcgi': 'web/fastcgi',
  'prom-client': 'web/metrics',
  'systemd-notify': 'host/daemon',
  undici: 'host/bmc',
  webtorrent: 'seed',
  yaml: 'format',
}

/** What the rest of the house may know of the store. */
const storeFace = ['store/store.ts', 'store/open.ts', 'store/dump.ts']

const mostFiles = 20

/** Of the files of lib/task, how many open at most so many others of ours (types not counted). */
const fewImports = [
  { share: 0.5, most: 3 },
  { share: 0.9, most: 8 },
]

describe('layers', () => {
  it('every import points down, and no room reaches into one beside it', () => {
    const rooms = imports()
      .filter(({ own }) => own)
      .map(({ from, to }) => ({ file: from, from: room(from), to: room(to) }))
    assert.deepEqual(
      rooms.filter(({ from, to }) => from !== to && !allowed[from]?.includes(to)),
      [],
    )
  })

  it('no files import each other in a circle, not even for types', () => {
    const edges = imports()
      .filter(({ own }) => own)
      .map(({ from, to }) => [from, to] as const)
    assert.deepEqual(circles(edges), [])
  })

  for (const { share, most } of fewImports)
    it(`${100 * share} % of the files of lib/task import at most ${most} others`, () => {
      const all = ownImportsOfTasks()
      const more = all.filter(({ modules }) => modules.length > most)
      const few = all.length - more.length
      const nearest = more
        .slice(-20)
        .map(({ file, modules }) => `${modules.length} ${file}: ${modules.join(' ')}`)
      const figures = `${few} of ${all.length} files do, ${Math.ceil(share * all.length)} have to`
      assert.ok(few >= share * all.length, [figures, 'nearest to it:', ...nearest].join('\n'))
    })

  it('knows a circle when there is one', () => {
    const edges = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'b'],
      ['c', 'd'],
    ] as const
    assert.deepEqual(circles(edges), [['b', 'c']])
  })

  it('the store has one public face', () => {
    const inside = imports()
      .filter(({ from, to, own }) => own && room(from) !== 'store' && room(to) === 'store')
      .filter(({ to }) => !storeFace.includes(to))
    assert.deepEqual(inside, [])
  })

  it('every npm package has one room', () => {
    const wrong = imports()
      .filter(({ own, to }) => !own && !to.startsWith('node:'))
      .filter(({ from, to }) => !within(dirname(from), packages[to] ?? '?'))
    assert.deepEqual(wrong, [])
  })

  it(`no folder has more than ${mostFiles} files`, () => {
    const folders = [
      '',
      ...readdirSync(lib, { recursive: true, withFileTypes: true }).filter(isFolder).map(path),
    ]
    const counts = folders.map((folder) => [folder, filesIn(folder)] as const)
    assert.deepEqual(
      counts.filter(([, count]) => count > mostFiles),
      [],
    )
  })

  it('objects are pure: no node: modules, no clock, no chance', () => {
    const impure = files('object').filter((file) =>
      /from 'node:|Date\.now|new Date\(\)|Math\.random|process\./.test(textOf(file)),
    )
    assert.deepEqual(impure, [])
  })

  it('only the command line ends the process', () => {
    const ending = files('').filter((file) => /process\.exit\(/.test(textOf(file)))
    assert.deepEqual(ending, ['cli/main.ts'])
  })
})

/** The folder directly below lib/, or the file itself when it lies there. */
function room(file: string): string {
  return file.split('/')[0] ?? ''
}

function within(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(`${outer}/`)
}

function isFolder(entry: { isDirectory(): boolean }): boolean {
  return entry.isDirectory()
}

function path({ parentPath, name }: { parentPath: string; name: string }): string {
  return join(parentPath, name).slice(lib.length + 1)
}

function filesIn(folder: string): number {
  return readdirSync(join(lib, folder), { withFileTypes: true }).filter((entry) => entry.isFile()).length
}
