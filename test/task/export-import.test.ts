import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDump } from '../../lib/store/dump.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { exportDatabase, importDatabase, type Replacing } from '../../lib/task/database/export-import.ts'
import { rejectsWith } from '../help.ts'

const id = '{"$oid": "6b0000000000000000000030"}'
const sample = readFileSync(join(import.meta.dirname, '../store/data/foreign.json'), 'utf8')

async function importText(store: Store, text: string, replacing?: Replacing) {
  return await importDatabase(store, parseDump(text), replacing)
}

describe('exportDatabase', () => {
  let store: Store
  beforeEach(() => {
    store = openMemoryStore()
  })
  afterEach(() => store.close())

  it('gives an empty object for an empty database', async () => {
    assert.equal(await exportDatabase(store), '{}\n')
  })

  it('gives canonical Extended JSON, a document a line, sorted', async () => {
    for (const name of ['b', 'a']) await store.insert('bmcsetup', { name })
    const lines = (await exportDatabase(store)).split('\n')
    assert.deepEqual([lines[0], lines[1], lines.at(-3)], ['{', '"bmcsetup": [', ']'])
    assert.match(lines[2] ?? '', /"name":"a".*"userid":\{"\$numberInt":"3"\}.*,$/)
    assert.match(lines[3] ?? '', /"name":"b".*\}$/)
  })

  it('gives what an import takes, to the last type', async () => {
    await importText(store, sample)
    const text = await exportDatabase(store)
    assert.deepEqual(JSON.parse(text), JSON.parse(sample))
    const other = openMemoryStore()
    await importText(other, text)
    assert.equal(await exportDatabase(other), text)
    await other.close()
  })
})

describe('importDatabase', () => {
  let store: Store
  beforeEach(() => {
    store = openMemoryStore()
  })
  afterEach(() => store.close())

  it('refuses a database that is not empty, and leaves it as it is', async () => {
    await store.insert('node', { name: 'n' })
    const before = await exportDatabase(store)
    const error = await rejectsWith('refused', importText(store, sample))
    assert.match(error.fix ?? '', /--replace/)
    assert.equal(await exportDatabase(store), before)
  })

  describe('in place of another database', () => {
    let copies = ''
    beforeEach(() => {
      copies = mkdtempSync(join(tmpdir(), 'luna-copies-'))
    })
    afterEach(() => rmSync(copies, { recursive: true }))

    it('puts it there, says what it replaced, and keeps a copy that only its owner can read', async () => {
      await store.insert('cluster', { name: 'general' })
      for (const name of ['a', 'b']) await store.insert('switch', { name })
      const before = await exportDatabase(store)
      const text = `{"cluster": [{"_id": ${id}, "name": "general"}], "node": []}`
      const { line, copy = '' } = await importText(store, text, { force: false, copies })
      assert.equal(line, '1 cluster, 2 switches replaced by 1 cluster')
      assert.equal((await store.list('switch')).length, 0)
      assert.deepEqual([readFileSync(copy, 'utf8'), statSync(copy).mode & 0o777], [before, 0o600])
      await importText(store, readFileSync(copy, 'utf8'), { force: false, copies })
      assert.equal(await exportDatabase(store), before)
      assert.equal(readdirSync(copies).length, 2)
    })

    for (const text of ['{}', sample]) {
      it(`refuses one without a cluster unless forced: ${text.slice(0, 10)}...`, async () => {
        await store.insert('node', { name: 'n' })
        const before = await exportDatabase(store)
        const error = await rejectsWith('refused', importText(store, text, { force: false, copies }))
        assert.match(`${error.message} ${error.why} ${error.fix}`, /no cluster.*replace 1 node.*--force/)
        assert.equal(await exportDatabase(store), before)
        await importText(store, text, { force: true, copies })
        assert.deepEqual(JSON.parse(await exportDatabase(store)), JSON.parse(text))
      })
    }

    it('is refused on a passive head', async () => {
      const heads = { cluster_ips: '192.0.2.1,192.0.2.2', frontend_address: '192.0.2.9' }
      await store.insert('cluster', { name: 'general', ...heads })
      const before = await exportDatabase(store)
      const error = await rejectsWith('refused', importText(store, sample, { force: true, copies }))
      assert.match(error.message, /this head is passive/)
      assert.deepEqual([await exportDatabase(store), readdirSync(copies)], [before, []])
    })

    it('changes nothing where no copy can be kept', async () => {
      await store.insert('node', { name: 'n' })
      const before = await exportDatabase(store)
      const file = join(copies, 'file')
      writeFileSync(file, '')
      await rejectsWith('failed', importText(store, '{}', { force: true, copies: join(file, 'in') }))
      assert.equal(await exportDatabase(store), before)
    })

    it('says what was loaded where nothing was there', async () => {
      assert.deepEqual(await importText(store, sample, { force: false, copies }), {
        line: 'loaded 1 group, 2 nodes',
      })
      assert.deepEqual(readdirSync(copies), [])
    })
  })

  it('takes numbers that are written plainly as whole numbers and doubles', async () => {
    const id = { $oid: '6b0000000000000000000030' }
    await importText(
      store,
      JSON.stringify({ cluster: [{ _id: id, nodedigits: 3, db_version: 1.2, dhcp_range_end: 2 ** 40 }] }),
    )
    const { cluster } = JSON.parse(await exportDatabase(store))
    const whole = { nodedigits: { $numberInt: '3' }, dhcp_range_end: { $numberLong: String(2 ** 40) } }
    assert.deepEqual(cluster, [{ _id: id, ...whole, db_version: { $numberDouble: '1.2' } }])
  })

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['text that is no JSON', '{"node": [', /JSON/],
    ['a list', '[]', /not an object of collections/],
    ['a collection that is no list', '{"node": {}}', /collection "node": not a list/],
    ...['system.users', 'a..b', '.x', 'x.', 'a$b', 'luna_lease', 'x'.repeat(241)].map(
      (name) =>
        [`a collection ${name}`, `{"${name}": []}`, /^collection "[^"]*": not a possible name$/] as const,
    ),
    ['an _id that is a list', '{"x": [{"_id": [1]}]}', /document 1: its _id is a list/],
    [
      'an _id that is a regular expression',
      '{"x": [{"_id": {"$regularExpression": {"pattern": "a", "options": ""}}}]}',
      /document 1: its _id is a list or a regular expression/,
    ],
    [
      'a document that is too large',
      `{"x": [{"_id": 1, "data": "${'x'.repeat(2 ** 24)}"}]}`,
      /document 1: it has 16777\d+ bytes, and MongoDB takes 16777216 at most/,
    ],
    ['a field with a dollar', '{"x": [{"_id": 1, "$set": 2}]}', /document 1: MongoDB takes no field "\$set"/],
    [
      'a document that is none',
      `{"node": [{"_id": ${id}}, 5]}`,
      /collection "node", document 2: not a document/,
    ],
    ['a document without _id', '{"x": [{"name": "n"}]}', /collection "x", document 1: it has no _id/],
    [
      'an object whose _id is no ObjectId',
      '{"node": [{"_id": "n"}]}',
      /"node", document 1: its _id is not an ObjectId/,
    ],
    [
      'an _id that is there twice',
      `{"node": [{"_id": ${id}}, {"_id": ${id}}]}`,
      /document 2: its _id .* twice/,
    ],
    ['a value that is not what it says', `{"node": [{"_id": {"$oid": "zz"}}]}`, /"node", document 1: /],
  ]
  for (const [what, text, why] of wrong) {
    it(`refuses ${what}, says where, and changes nothing`, async () => {
      await store.insert('node', { name: 'n' })
      const error = await rejectsWith('invalid', importText(store, text, { force: true, copies: '/' }))
      assert.match(error.why ?? '', why)
      assert.equal((await store.list('node')).length, 1)
    })
  }
})
