// What an image with luna-client reports when its system is up.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const script = join(import.meta.dirname, '../../packaging/client/luna-up')
const usual = 'quiet luna.url=http://10.30.255.254:7050/luna luna.node=node001 luna.ip=10.30.0.1/16'

describe('luna-up', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'luna-up-'))
    plant('systemctl', 'echo UserspaceTimestampMonotonic=100500000')
    plant('curl', 'for last; do :; done; echo "$last $*" >>"$LUNA_FOLDER/asked"')
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  function plant(name: string, text: string): void {
    writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }
  function run(cmdline: string, uptime = '148.79 500.10'): { status: number | null; asked: string } {
    writeFileSync(join(dir, 'cmdline'), `${cmdline}\n`)
    writeFileSync(join(dir, 'uptime'), `${uptime}\n`)
    const places = { LUNA_CMDLINE: join(dir, 'cmdline'), LUNA_UPTIME: join(dir, 'uptime') }
    const env = { ...places, PATH: `${dir}:${process.env.PATH}`, LUNA_FOLDER: dir, LUNA_PAUSE: '0' }
    const { status } = spawnSync(script, { env })
    const asked = join(dir, 'asked')
    return { status, asked: existsSync(asked) ? readFileSync(asked, 'utf8') : '' }
  }

  it('tells once that the node is up, and the seconds since its own system began', () => {
    const { status, asked } = run(usual)
    assert.equal(status, 0)
    const [line = '', ...more] = asked.trim().split('\n')
    assert.equal(more.length, 0)
    const url = 'http://10.30.255.254:7050/luna?step=install&node=node001&status=up&seconds=48.2'
    assert.ok(line.startsWith(`${url} `), line)
    assert.match(line, /--local-port 512-1023/)
  })

  for (const [uptime, seconds] of [
    ['100.50 1.00', '0.0'],
    ['101.09 1.00', '0.5'],
    ['99.00 1.00', '0.0'],
    ['1108.08 1.00', '1007.5'],
  ] as const)
    it(`counts ${seconds} s at ${uptime.split(' ')[0]} s after the kernel began`, () =>
      assert.match(run(usual, uptime).asked, new RegExp(`seconds=${seconds} `)))

  it('does nothing where Luna did not boot the machine, and sends no name that is none', () => {
    for (const cmdline of ['quiet', 'luna.node=node001', 'luna.url=http://x/luna luna.node=a&b']) {
      const { status, asked } = run(cmdline)
      assert.deepEqual([status, asked], [0, ''])
    }
  })

  it('tries again while the head does not answer, and gives up in the end', () => {
    plant('curl', 'echo once >>"$LUNA_FOLDER/asked"; exit 22')
    const { status, asked } = run(usual)
    assert.deepEqual([status, asked.trim().split('\n').length], [1, 20])
  })
})
