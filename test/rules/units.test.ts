// The units that Luna ships, judged by systemd itself.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const units = join(import.meta.dirname, '../../systemd')

describe('systemd units', () => {
  let dir: string
  before(function () {
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) {
      if (process.env.CI === 'true') throw new Error('systemd-analyze must be there in CI')
      if (this.test) this.test.title += ' (skipped: no systemd-analyze)'
      this.skip()
    }
    dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
  })
  after(() => dir && rmSync(dir, { recursive: true }))

  it('lweb.socket is taken without complaint, and open to the user of nginx', () => {
    writeFileSync(join(dir, 'lweb.service'), '[Service]\nExecStart=/bin/true\n')
    writeFileSync(join(dir, 'lweb.socket'), readFileSync(join(units, 'lweb.socket')))
    const args = ['verify', '--man=no', join(dir, 'lweb.socket')]
    const { status, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(readFileSync(join(units, 'lweb.socket'), 'utf8'), /^SocketMode=0666$/m)
  })

  it('luna-doctor.service looks as root, changes no file of the system, and goes with lweb', () => {
    const text = readFileSync(join(units, 'luna-doctor.service'), 'utf8')
    for (const line of [
      'ExecStart=/usr/bin/luna doctor --record',
      'NoNewPrivileges=yes',
      'ProtectSystem=full',
    ])
      assert(text.includes(`\n${line}\n`), line)
    assert.doesNotMatch(text, /^User=/m)
    for (const unit of ['luna-doctor.service', 'luna-doctor.timer'])
      writeFileSync(
        join(dir, unit),
        readFileSync(join(units, unit), 'utf8').replace('/usr/bin/luna', '/bin/true'),
      )
    const args = ['verify', '--man=no', join(dir, 'luna-doctor.timer')]
    const { status, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(readFileSync(join(units, 'lweb.service'), 'utf8'), /^Wants=.* luna-doctor\.timer$/m)
    assert.match(readFileSync(join(units, 'luna-doctor.timer'), 'utf8'), /^PartOf=lweb\.service$/m)
  })

  const daemons = readdirSync(units).filter(
    (name) => name.endsWith('.service') && name !== 'luna-doctor.service',
  )
  for (const unit of daemons) {
    const text = readFileSync(join(units, unit), 'utf8')

    it(`${unit} is taken without complaint`, () => {
      // The program is where the package puts it; here it need not be.
      writeFileSync(join(dir, unit), text.replace(/^(Exec\w+=)\/usr\/bin\/l\S+/gm, '$1/bin/true'))
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(dir, unit)], {
        encoding: 'utf8',
      })
      assert.deepEqual([status, stderr], [0, ''])
    })

    it(`${unit} is exposed by at most 1.5 of 10`, function () {
      const args = ['security', '--offline=yes', '--no-pager', join(units, unit)]
      const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
      // Older ones than that of Debian 12 look at running units only.
      if (status !== 0) this.skip()
      const level = Number(/Overall exposure level .*: (\d+\.\d+)/.exec(stdout)?.[1])
      assert.ok(level <= 1.5, `${level}:\n${stdout.replace(/^✓.*\n/gm, '')}`)
    })

    it(`${unit} runs as the cluster's user, sandboxed, and requires no database on this machine`, () => {
      for (const line of ['User=luna', 'NoNewPrivileges=yes', 'ProtectSystem=strict'])
        assert(text.includes(`\n${line}\n`), line)
      assert.doesNotMatch(text, /^Requires=/m)
    })
  }
})
