import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { exportDatabase, importDatabase } from '../../lib/task/database/export-import.ts'
import { rejectsWith } from '../help.ts'

const sample = readFileSync(join(import.meta.dirname, '../store/data/foreign.json'), 'utf8')

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
    await importDatabase(store, sample)
    const text = await exportDatabase(store)
    assert.deepEqual(JSON.parse(text), JSON.parse(sample))
    const other = openMemoryStore()
    await importDatabase(other, text)
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
    const error = await rejectsWith('refused', importDatabase(store, sample))
    assert.match(error.fix ?? '', /--replace/)
    assert.equal(await exportDatabase(store), before)
  })

  it('puts it in place of what is there when told to, also an empty one', async () => {
    await store.insert('otherdev', { name: 'old' })
    await importDatabase(store, sample, { replace: true })
    assert.deepEqual(JSON.parse(await exportDatabase(store)), JSON.parse(sample))
    await importDatabase(store, '{}', { replace: true })
    assert.equal(await exportDatabase(store), '{}\n')
  })

  it('takes numbers that are written plainly as whole numbers and doubles', async () => {
    const id = { $oid: '6b0000000000000000000030' }
    await importDatabase(
      store,
      JSON.stringify({ cluster: [{ _id: id, nodedigits: 3, db_version: 1.2, dhcp_range_end: 2 ** 40 }] }),
    )
    const { cluster } = JSON.parse(await exportDatabase(store))
    const whole = { nodedigits: { $numberInt: '3' }, dhcp_range_end: { $numberLong: String(2 ** 40) } }
    assert.deepEqual(cluster, [{ _id: id, ...whole, db_version: { $numberDouble: '1.2' } }])
  })

  const id = '{"$oid": "6b0000000000000000000030"}'
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['text that is no JSON', '{"node": [', /JSON/],
    ['a list', '[]', /not an object of collections/],
    ['a collection that is no list', '{"node": {}}', /collection "node": not a list/],
    ['a collection that cannot be', '{"system.users": []}', /collection "system.users": not a possible name/],
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
      const error = await rejectsWith('invalid', importDatabase(store, text, { replace: true }))
      assert.match(error.why ?? '', why)
      assert.equal((await store.list('node')).length, 1)
    })
  }
})
