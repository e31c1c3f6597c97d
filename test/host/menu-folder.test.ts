import assert from 'node:assert/strict'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { MenuFolder } from '../../lib/host/menu-folder.ts'
import { type Place, temporaryPlace } from './small-image.ts'

const [one, two, three] = [1, 2, 3].map((number) => `01-52-54-00-00-00-0${number}`) as [
  string,
  string,
  string,
]

describe('MenuFolder', () => {
  let place: Place
  let folder: MenuFolder
  beforeEach(async () => {
    place = temporaryPlace()
    folder = await opened()
  })
  afterEach(() => place.remove())

  it('makes the files what they shall be, for everybody to read', async () => {
    const umask = process.umask(0o077)
    const done = await keep({ [one]: 'a', [two]: 'b', default: 'd' })
    process.umask(umask)
    assert.deepEqual(done, { written: 3, removed: 0, replaced: [], troubles: [] })
    assert.deepEqual([text(one), text(two), text('default')], ['a', 'b', 'd'])
    assert.equal(statSync(at(one)).mode & 0o777, 0o644)
  })

  it('touches only what differs', async () => {
    await keep({ [one]: 'a', [two]: 'b' })
    const before = statSync(at(one)).ino
    assert.equal((await keep({ [one]: 'a', [two]: 'changed' })).written, 1)
    assert.equal(statSync(at(one)).ino, before)
    assert.equal(text(two), 'changed')
  })

  it('lets who reads a file have the whole of it, old or new', async () => {
    await keep({ [one]: 'the old text' })
    const reader = openSync(at(one), 'r')
    await keep({ [one]: 'new' })
    assert.equal(readFileSync(reader, 'utf8'), 'the old text')
    closeSync(reader)
  })

  it('removes what is gone, and nothing of somebody else', async () => {
    for (const name of [three, 'default', '01-anything', 'graphics.conf']) writeFileSync(at(name), 'mine')
    mkdirSync(at('site'))
    await keep({ [one]: 'a', [two]: 'b' })
    assert.deepEqual((await keep({ [two]: 'b' })).removed, 1)
    assert.deepEqual(names(), [three, '01-anything', two, 'default', 'graphics.conf', 'site'].sort())
    assert.equal(text(three), 'mine')
  })

  it('knows its files again after a restart, whatever happened to them meanwhile', async () => {
    await keep({ [one]: 'a', [two]: 'b', default: 'd' })
    writeFileSync(at(one), 'spoiled')
    folder = await opened()
    assert.deepEqual(await keep({ [one]: 'a' }), { written: 1, removed: 2, replaced: [], troubles: [] })
    assert.deepEqual([names(), text(one)], [[one], 'a'])
  })

  it('mends what somebody changed once it trusts no more', async () => {
    await keep({ [one]: 'a' })
    writeFileSync(at(one), 'spoiled')
    await keep({ [one]: 'a' })
    folder.distrust()
    await keep({ [one]: 'a' })
    assert.equal(text(one), 'a')
  })

  it('takes over a file that stands where a node needs its own, and says so', async () => {
    writeFileSync(at(one), 'by hand')
    assert.deepEqual((await keep({ [one]: 'a' })).replaced, [one])
    assert.equal(text(one), 'a')
    assert.equal((await keep({})).removed, 1)
  })

  it('replaces a link, not what it leads to', async () => {
    writeFileSync(at('elsewhere'), 'keep')
    symlinkSync(at('elsewhere'), at(one))
    await keep({ [one]: 'a' })
    assert.deepEqual([text('elsewhere'), text(one)], ['keep', 'a'])
  })

  it('does the rest where one file cannot be', async () => {
    mkdirSync(at(one))
    const { troubles, written } = await keep({ [one]: 'a', [two]: 'b' })
    assert.match(troubles[0] ?? '', new RegExp(one))
    assert.deepEqual([troubles.length, written, text(two)], [1, 1, 'b'])
  })

  it('owns its files before they are there, so that a crash leaves none that nobody removes', async () => {
    writeFileSync(at('.luna-files'), `${one}\n${two}\n../../etc/passwd\n`)
    writeFileSync(at(one), 'a')
    writeFileSync(at(`.${two}.4711.new`), 'half of i')
    writeFileSync(at('.mine.4711.new'), 'of somebody else')
    folder = await opened()
    assert.equal(existsSync(at(`.${two}.4711.new`)), false)
    await keep({})
    assert.deepEqual(readdirSync(place.path).sort(), ['.luna-files', '.mine.4711.new'])
  })

  function keep(files: Record<string, string>) {
    return folder.keep(new Map(Object.entries(files)))
  }

  async function opened(): Promise<MenuFolder> {
    const fresh = new MenuFolder(place.path)
    await fresh.open()
    return fresh
  }

  function at(name: string): string {
    return join(place.path, name)
  }

  function text(name: string): string {
    return readFileSync(at(name), 'utf8')
  }

  /** All but hidden ones. */
  function names(): string[] {
    return readdirSync(place.path)
      .filter((name) => !name.startsWith('.'))
      .sort()
  }
})
