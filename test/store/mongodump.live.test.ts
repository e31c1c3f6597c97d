// What Luna writes and reads, judged by mongorestore and mongodump themselves over a MongoDB server.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dumpText } from '../../lib/store/dump.ts'
import { openMemoryStore, openStore, readExported, writeMongodump } from '../../lib/store/open.ts'
import { type MongoServer, noMongoServer, startMongoServer } from './mongo-server.ts'
import { findMongoTools, type MongoTools } from './mongo-tools.ts'
import { sampleDump } from './mongodump.ts'

const sample = sampleDump('foreign.json')

describe('mongodump and mongorestore', () => {
  let dir = ''
  let tools: MongoTools
  let server: MongoServer | undefined

  before(async function () {
    this.timeout(600_000)
    const found = findMongoTools()
    // Not a server that somebody named: the database is called luna there.
    if (typeof found !== 'string') server = await startMongoServer({})
    if (typeof found === 'string' || !server) {
      console.log(`    not tested: ${typeof found === 'string' ? found : noMongoServer}`)
      return this.skip()
    }
    tools = found
    dir = mkdtempSync(join(tmpdir(), 'luna-mongodump-'))
  })
  after(async () => {
    await server?.stop()
    if (dir) rmSync(dir, { recursive: true })
  })

  const run = (program: keyof MongoTools, ...args: string[]) =>
    execFileSync(tools[program], ['--host', server?.config.server ?? '', ...args], { stdio: 'pipe' })

  it('mongorestore takes what Luna writes, and Luna finds every byte of it in MongoDB', async () => {
    mkdirSync(join(dir, 'luna'))
    await writeMongodump(sample, join(dir, 'luna'))
    run('mongorestore', join(dir, 'luna'))
    const config = { mongo: server?.config ?? { server: '', tls: false } }
    const store = await openStore({ file: '', store: config, paths: {}, services: {} } as never)
    const there = dumpText(await store.dump())
    await store.close()
    assert.equal(there, await sorted(join(dir, 'luna')))
  })

  it('Luna takes every form that mongodump writes, and finds what was put there', async () => {
    const wanted = await sorted(join(dir, 'luna'))
    const forms = [
      ['-o', join(dir, 'plain')],
      ['-o', join(dir, 'packed'), '--gzip'],
      [`--archive=${join(dir, 'archive')}`],
      [`--archive=${join(dir, 'archive.gz')}`, '--gzip'],
    ]
    for (const form of forms) run('mongodump', '-d', 'luna', ...form)
    for (const name of ['plain', 'plain/luna', 'packed', 'archive', 'archive.gz']) {
      assert.equal(await sorted(join(dir, name)), wanted, name)
    }
    for (const name of ['archive', 'archive.gz']) {
      assert.equal(await sorted(createReadStream(join(dir, name))), wanted, `${name} by standard input`)
    }
  })

  it('Luna writes the bytes that mongodump writes', async () => {
    for (const name of Object.keys(sample)) {
      const [ours, theirs] = ['luna', 'plain'].map((folder) =>
        readFileSync(join(dir, folder, 'luna', `${name}.bson`)),
      )
      assert.deepEqual(ours, theirs, name)
    }
  })
})

/** The text of a database in the order of a store. */
async function sorted(source: Parameters<typeof readExported>[0]): Promise<string> {
  const store = openMemoryStore()
  try {
    await store.restore((await readExported(source)).dump)
    return dumpText(await store.dump())
  } finally {
    await store.close()
  }
}
