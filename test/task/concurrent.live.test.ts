// Many commands at once on one database, and commands that are killed: real processes over both stores.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../lib/config.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { checkCluster } from '../../lib/task/database/check.ts'
import { type MongoServer, noMongoServer, startMongoServer } from '../store/mongo-server.ts'
import { addressesOf, fillSite } from './site.ts'

// Each is a process that starts from nothing: LUNA_TEST_MANY=50 takes a minute or two on a small machine.
const many = Number(process.env.LUNA_TEST_MANY ?? 12)

const luna = join(import.meta.dirname, '../../bin/luna')

describe('many commands at once', function () {
  this.timeout(300_000)
  let folder = ''
  let mongo: MongoServer | undefined
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'luna-many-'))
  })
  after(async () => {
    await mongo?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  describe('on the embedded store', () => {
    behave(() => `[Embedded]\npath=${folder}/luna.db\n`)
  })

  describe('on MongoDB', () => {
    before(async function () {
      mongo = await startMongoServer()
      if (mongo) return
      if (process.env.CI) throw new Error(noMongoServer)
      console.log(`    not on MongoDB: ${noMongoServer}`)
      this.skip()
    })
    behave(() => `[MongoDB]\nserver=${mongo?.config.server}\n`)
  })

  function behave(settings: () => string): void {
    let store: Store
    let file = ''
    beforeEach(async () => {
      file = join(folder, 'luna.conf')
      await writeFile(file, settings())
      store = await openStore(loadConfig({ LUNA_CONF: file }))
      await store.drop()
      await fillSite(store)
    })
    afterEach(async () => await store.close())

    it(`give ${many} nodes names and addresses of their own`, async () => {
      const runs = Array.from({ length: many }, () => start(file, ['node', 'add', '-g', 'compute']))
      for (const run of runs) assert.equal(await ended(run), 0)
      const names = (await store.list('node')).map(({ name }) => name)
      assert.deepEqual(names, expected('node', many))
      const addresses = await Promise.all(names.map((name) => addressesOf(store, name)))
      assert.equal(new Set(addresses.map(({ BOOTIF }) => BOOTIF)).size, many)
      assert.deepEqual(await checkCluster(store, { repair: false }), [])
    })

    it('leave nothing broken behind when they are killed at any moment', async () => {
      const runs = Array.from({ length: many }, async (_, at) => {
        const run = start(file, ['node', 'add', '-g', 'compute', '-n', `k${at}x[001-040]`])
        await sleep(at * 120)
        run.kill('SIGKILL')
        await ended(run)
      })
      await Promise.all(runs)
      const left = await checkCluster(store, { repair: true })
      assert.deepEqual(
        left.filter(({ defect }) => defect !== 'reserved'),
        [],
      )
      assert.deepEqual(await checkCluster(store, { repair: false }), [])
    })
  }
})

function expected(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => prefix + String(at + 1).padStart(3, '0'))
}

function start(file: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [luna, ...args], {
    env: { ...process.env, LUNA_CONF: file },
    stdio: 'ignore',
  })
}

async function ended(run: ChildProcess): Promise<number | null> {
  if (run.exitCode === null && run.signalCode === null) await once(run, 'exit')
  return run.exitCode
}
