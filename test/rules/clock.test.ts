// How long something took or is left: a clock that is set meanwhile (chrony, ntpd) would have daemons kill
// what is well, or wait for an hour.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const lib = join(import.meta.dirname, '../../lib')

/** Here a date is meant, that others read as well: in the store, in an answer, on another machine. */
const dates = [
  'cli/commands/node-boot.ts',
  'host/bmc/redfish-session.ts',
  'seed/told.ts',
  'store/mongo/indexes.ts',
  'task/doctor/clocks.ts',
  'task/doctor/record.ts',
  'task/why/about.ts',
  'task/why/look.ts',
  'web/machines.ts',
  'web/seen.ts',
]

describe('time that passes', () => {
  it('is taken by a clock that nobody sets', () => {
    const byDate = globSync('**/*.ts', { cwd: lib }).filter((file) =>
      readFileSync(join(lib, file), 'utf8').includes('Date.now()'),
    )
    assert.deepEqual(byDate.toSorted(), dates)
  })
})
