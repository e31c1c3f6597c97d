// Errors have three parts: what, why, what to do. The last is missing only where no person can do anything.
import assert from 'node:assert/strict'
import { files, textOf } from './imports.ts'

/** What machines are told, that nobody reads. */
const toMachines = ['seed/tracker-client.ts', 'web/query.ts', 'web/routes.ts', 'web/tracker.ts']

describe('errors', () => {
  it('say what to do, but for defects, interruptions, malformed requests and the tracker', () => {
    const silent = files('')
      .filter((file) => !toMachines.includes(file))
      .flatMap((file) => [...textOf(file).matchAll(errorPattern)].map(([text]) => `${file}: ${text}`))
      .filter((error) => error.includes('fix: null') && !/LunaError\('internal'|interrupted/.test(error))
    assert.deepEqual(silent, [])
  })
})

/** A new error up to the end of its details, or of the line where it has none. */
const errorPattern = /new LunaError\([^{]*?\{[^}]*\}/g
