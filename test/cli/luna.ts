// Runs bin/luna as a process of its own over an embedded store in a temporary directory.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Site {
  readonly dir: string
  /** Runs `luna ...args`; `input` is standard input. */
  luna(args: readonly string[], input?: string | Uint8Array): Ran
  /** Runs another program of ours on the same site. */
  run(program: string, args: readonly string[], input?: string | Uint8Array): Ran
}

const bin = join(import.meta.dirname, '../../bin')

/** A directory with a configuration of its own; call it inside `describe`. */
export function useSite(): Site {
  const site = {
    dir: '',
    luna: (args: readonly string[], input?: string | Uint8Array): Ran => site.run('luna', args, input),
    run(program: string, args: readonly string[], input: string | Uint8Array = ''): Ran {
      const env = {
        ...process.env,
        LUNA_CONF: join(site.dir, 'luna.conf'),
        LUNA_LOGDIR: join(site.dir, 'log'),
      }
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(bin, program), ...args], {
        env,
        input,
        encoding: 'utf8',
      })
      return { status, stdout, stderr }
    },
  }
  before(() => {
    site.dir = mkdtempSync(join(tmpdir(), 'luna-cli-'))
    writeFileSync(join(site.dir, 'luna.conf'), `[Embedded]\npath=${join(site.dir, 'luna.db')}\n`)
  })
  after(() => rmSync(site.dir, { recursive: true, force: true }))
  return site
}
