import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeStore } from '../../lib/store/make-store.ts'
import { openSqlite } from '../../lib/store/sqlite/backend.ts'
import { contract } from './contract.ts'
import { filePlace, memoryPlace } from './place.ts'

contract('embedded, in memory', memoryPlace)
contract('embedded, in a file', filePlace)

describe('the file of an embedded store', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'luna-store-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is for its owner and the group of its directory only', async () => {
    const path = join(folder, 'luna.db')
    const store = makeStore(openSqlite(path))
    await store.insert('node', { name: 'n' })
    const [file, directory] = [statSync(path), statSync(folder)]
    assert.equal(file.mode & 0o777, 0o660)
    assert.equal(file.gid, directory.gid)
    await store.close()
  })

  it('in a directory that is not there: unavailable, and what to do', () => {
    const path = join(folder, 'none', 'luna.db')
    assert.throws(() => openSqlite(path), {
      code: 'unavailable',
      fix: /make the directory .*none/,
    })
  })

  for (const [what, make] of [
    ['a directory', (path: string) => mkdirSync(path)],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ] as const)
    it(`that is ${what}, or whose lock file is one: unavailable, and to be moved away`, async () => {
      const place = join(folder, 'place')
      make(place)
      assert.throws(() => openSqlite(place), { code: 'unavailable', fix: /^move it away: mv \S+place / })
      const path = join(folder, 'luna.db')
      make(`${path}.lock`)
      const store = makeStore(openSqlite(path))
      const fix = /^move it away: mv \S+luna\.db\.lock /
      await assert.rejects(
        store.transaction(async () => {}),
        { code: 'unavailable', fix },
      )
      await store.close()
    })

  it('that is no database: unavailable, and untouched', () => {
    const path = join(folder, 'text')
    writeFileSync(path, "this is somebody else's file, and long enough to look at\n".repeat(20))
    assert.throws(() => openSqlite(path), { code: 'unavailable', fix: /path= of \[Embedded\]/ })
  })

  it('that is cut off: unavailable, and how to restore a copy', async () => {
    const path = join(folder, 'luna.db')
    const store = makeStore(openSqlite(path))
    for (let n = 0; n < 50; n++) await store.insert('node', { name: `n${n}` })
    await store.close()
    truncateSync(path, 5000)
    assert.throws(() => openSqlite(path), {
      code: 'unavailable',
      fix: /^move it away \(mv .*\), .*luna db import/,
    })
  })

  it('that another program, or a newer Luna, has made: unavailable, and untouched', async () => {
    const path = join(folder, 'other.db')
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE theirs (x)')
    assert.throws(() => openSqlite(path), { code: 'unavailable', why: /belongs to another program/ })
    other.exec('DROP TABLE theirs')
    await openSqlite(path).close()
    other.exec('PRAGMA user_version = 2')
    assert.throws(() => openSqlite(path), { code: 'unavailable', why: /newer Luna/ })
    other.close()
  })

  it('that lacks the columns of new indexes gets them, filled', async () => {
    const path = join(folder, 'luna.db')
    const store = makeStore(openSqlite(path))
    const plugged = await store.insert('switch', { name: 'sw' })
    await store.insert('node', { name: 'n', switch: plugged })
    await store.close()
    const older = new DatabaseSync(path)
    older.exec('DROP INDEX "node by switch.$id"; ALTER TABLE node DROP COLUMN "switch.$id"')
    older.close()
    const again = makeStore(openSqlite(path))
    assert.deepEqual(
      (await again.nodesAt(plugged)).map(({ name }) => name),
      ['n'],
    )
    await again.insert('node', { name: 'm', switch: plugged })
    assert.equal((await again.nodesAt(plugged)).length, 2)
    await again.close()
  })

  it('that is closed does not become an empty store', async () => {
    const store = makeStore(openSqlite(join(folder, 'luna.db')))
    await store.close()
    await assert.rejects(store.list('node'), { code: 'unavailable' })
    await assert.rejects(store.insert('node', { name: 'n' }), { code: 'unavailable' })
  })
})
