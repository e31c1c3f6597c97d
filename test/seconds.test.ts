// What a run of mocha prints at its end: seconds per folder, in one process and in several.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../lib/host/run.ts'

const top = join(import.meta.dirname, '..')
const waiting = (ms: number) => `() => new Promise((done) => setTimeout(done, ${ms}))`

describe('the reporter of the tests', function () {
  this.timeout(60_000)
  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'luna-seconds-'))
    for (const [name, hook, test] of [
      ['quick', 0, 0],
      ['slow', 300, 300],
    ] as const) {
      mkdirSync(join(folder, name))
      const text = `describe('${name}', () => { before(${waiting(hook)}); it('waits', ${waiting(test)}) })\n`
      writeFileSync(join(folder, name, 'a.test.cjs'), text)
    }
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const how of [[], ['--parallel', '--jobs', '2']])
    it(`tells the seconds of each folder, hooks included: mocha ${how.join(' ')}`, async () => {
      const mocha = join(top, 'node_modules/mocha/bin/mocha.js')
      const reporter = join(top, 'test/seconds.ts')
      const args = [mocha, '--reporter', reporter, '--no-config', ...how, '*/a.test.cjs']
      const { stdout } = await run(process.execPath, args, { cwd: folder })
      assert.match(stdout, /2 passing/)
      const table = /Seconds per folder:\n +(\d+\.\d) s {2}slow\n +(\d+\.\d) s {2}quick\n/.exec(stdout)
      assert.ok(table && Number(table[1]) >= 0.6, stdout)
    })
})
