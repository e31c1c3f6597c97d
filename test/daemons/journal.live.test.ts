// The helper of the package through which daemons write to the journal, before a real journald with a /run of
// its own.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsRoot } from '../host/as-root.ts'
import { skipUnless } from './skip.ts'

const journald = '/lib/systemd/systemd-journald'
const top = join(import.meta.dirname, '../..')

/** Says the like of what lweb does; its last word is the last that its process says. */
const daemon = `
import { daemonLog } from ${JSON.stringify(join(top, 'lib/log.ts'))}
const log = daemonLog()
log.info('node status', { node: 'node037', step: 'install.unpack', remote: '10.30.0.37' })
log.warning('node reports', { node: 'node037', step: 'install.error.unpack', why: 'tar:\\tno\\nspace' })
log.info('boot began', { node: 'node038', boot: 4 })
process.stderr.write('from below\\n')
log.error('stopped')
`

describe('luna-journal', function () {
  this.timeout(30_000)
  let dir: string
  before(function () {
    needsRoot(this)
    skipUnless(this, existsSync(journald) ? undefined : 'needs systemd-journald')
    skipUnless(this, spawnSync('cc', ['--version']).error ? 'needs a C compiler' : undefined)
    dir = mkdtempSync(join(tmpdir(), 'luna-journal-'))
    execFileSync(join(top, 'packaging/journal/build'), [join(dir, 'luna-journal')])
    writeFileSync(join(dir, 'daemon.mjs'), daemon)
    writeFileSync(join(dir, 'journald.conf'), '[Journal]\nStorage=volatile\nReadKMsg=no\n')
  })
  after(() => dir && rmSync(dir, { recursive: true }))

  /** Runs the daemon with its standard error in `dir/err`, which is said to be the journal, then `after`. */
  function play(before: string, after: string, stream = '$(stat -Lc %d:%i "$1/err")'): string {
    const lines = [
      'set -eu',
      'mount -t tmpfs none /run',
      'mount -t tmpfs none /var/log',
      'mkdir -p /run/systemd /run/log/journal',
      ': >"$1/err"',
      before,
      `export JOURNAL_STREAM="${stream}"`,
      '"$1/luna-journal" lweb "$2" "$1/daemon.mjs" 2>>"$1/err"',
      after,
    ]
    const words = ['sh', '-c', lines.join('\n'), 'sh', dir, process.execPath]
    return execFileSync('unshare', ['-mp', '--fork', '--kill-child', '--propagation', 'private', ...words], {
      encoding: 'utf8',
    })
  }
  const start = `${journald} >/dev/null 2>&1 & for try in $(seq 100); do [ -S /run/systemd/journal/socket ] && break; sleep 0.1; done`
  /** Until the last word is there: the reader may be a moment behind. */
  const read = `for try in $(seq 100); do journalctl -q -t lweb | grep -q stopped && break; sleep 0.1; done`
  const said = () => readFileSync(join(dir, 'err'), 'utf8')

  it('gives each line to the journal, with the node, its boot and its step as fields', () => {
    const out = play(start, `${read}\njournalctl -q -t lweb -o json`)
    const entries = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
      .map(({ PRIORITY, LUNA_NODE, LUNA_BOOT, LUNA_STEP, MESSAGE }) =>
        [PRIORITY, LUNA_NODE, LUNA_BOOT, LUNA_STEP, MESSAGE].map((value) => value ?? '-').join(' | '),
      )
    assert.deepEqual(entries, [
      '6 | node037 | - | install.unpack | node status node=node037 step=install.unpack remote=10.30.0.37',
      String.raw`4 | node037 | - | install.error.unpack | node reports node=node037 step=install.error.unpack why="tar:\\x09no\\x0aspace"`,
      '6 | node038 | 4 | - | boot began node=node038 boot=4',
      '6 | - | - | - | from below',
      '3 | - | - | - | stopped',
    ])
    assert.equal(said(), '')
  })

  it('has the lines as text where the journal takes none', () => {
    play('', `for try in $(seq 100); do grep -q stopped "$1/err" && break; sleep 0.1; done`)
    assert.match(said(), /^<6>node status node=node037 step=install\.unpack remote=10\.30\.0\.37\n<4>/)
    assert.match(said(), /<3>stopped\n$/)
  })

  it('is not in the way where standard error is no journal', () => {
    play(start, ':', '1:1')
    assert.match(said(), /^<6>node status node=node037 step=install\.unpack remote=10\.30\.0\.37\n<4>/)
  })
})
