// Puts the tiny executables of test/fake-bin first in PATH while the tests of a suite run. What they go by is
// in a file beside them: programs that Luna runs see nothing of this process's environment.
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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
  /** What the journal of every unit says. */
  journal(text: string): void
  /** One more program, as a shell script. */
  program(name: string, script: string): void
}

/** Call it inside `describe`. */
export function useFakeBin(): FakeBin {
  const path = process.env.PATH
  let bin = ''
  let state: Record<string, string> = {}
  const set = (change: Record<string, string>) => {
    state = { ...state, ...change }
    const lines = Object.entries(state).map(([name, value]) => `${name}='${value}'\n`)
    writeFileSync(join(bin, 'state'), lines.join(''))
  }
  const fake: FakeBin = {
    dir: '',
    calls() {
      const log = state.log ?? ''
      try {
        return readFileSync(log, 'utf8').trim().split('\n')
      } catch {
        return []
      } finally {
        rmSync(log, { force: true })
      }
    },
    fail: (what) => set({ fail: what }),
    addresses: (addresses) => set({ addresses }),
    journal: (journal) => set({ journal }),
    program: (name, script) => {
      rmSync(join(bin, name), { force: true })
      writeFileSync(join(bin, name), `#!/bin/sh\n. "\${0%/*}/state"\n${script}\n`, { mode: 0o755 })
    },
  }
  beforeEach(() => {
    fake.dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
    bin = mkdtempSync(join(tmpdir(), 'luna-bin-'))
    const fakes = join(import.meta.dirname, 'fake-bin')
    for (const name of readdirSync(fakes)) symlinkSync(join(fakes, name), join(bin, name))
    for (const name of ['scp', 'rsync']) symlinkSync(join(fakes, 'ssh'), join(bin, name))
    set({ log: join(fake.dir, 'calls'), fail: '', addresses: '', journal: '' })
    process.env.PATH = `${bin}:${path}`
  })
  afterEach(() => {
    process.env.PATH = path
    for (const dir of [fake.dir, bin]) rmSync(dir, { recursive: true, force: true })
  })
  return fake
}
