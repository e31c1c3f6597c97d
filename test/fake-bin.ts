// Puts the tiny executables of test/fake-bin first in PATH while the tests of a suite run.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface FakeBin {
  /** A directory of the running test's own. */
  dir: string
  /** What the fakes were called with since the last time it was asked. */
  calls(): string[]
  /** Actions of systemctl, and hosts, that fail from now on, separated by blanks. */
  fail(what: string): void
  /** The addresses that this machine has from now on, separated by blanks. */
  addresses(addresses: string): void
}

/** Call it inside `describe`. */
export function useFakeBin(): FakeBin {
  const before = { ...process.env }
  const fake: FakeBin = {
    dir: '',
    calls() {
      const log = process.env.LUNA_FAKE_LOG ?? ''
      try {
        return readFileSync(log, 'utf8').trim().split('\n')
      } catch {
        return []
      } finally {
        rmSync(log, { force: true })
      }
    },
    fail(what) {
      process.env.LUNA_FAKE_FAIL = what
    },
    addresses(addresses) {
      process.env.LUNA_FAKE_ADDRESSES = addresses
    },
  }
  beforeEach(() => {
    fake.dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
    process.env.LUNA_FAKE_LOG = join(fake.dir, 'calls')
    process.env.LUNA_FAKE_FAIL = ''
    process.env.LUNA_FAKE_ADDRESSES = ''
    process.env.PATH = `${join(import.meta.dirname, 'fake-bin')}:${before.PATH}`
  })
  afterEach(() => {
    process.env.PATH = before.PATH
    delete process.env.LUNA_FAKE_LOG
    delete process.env.LUNA_FAKE_FAIL
    delete process.env.LUNA_FAKE_ADDRESSES
    rmSync(fake.dir, { recursive: true, force: true })
  })
  return fake
}
