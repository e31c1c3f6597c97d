// The install script with the shell and the programs of an initramfs as old as EL7: bash 4.2, and neither od,
// tr, zstd, pigz, chmod, stat nor timeout. Bash 4.2 is played: what it cannot do is refused by
// test/rules/shell-age.test.ts.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderInstallScript } from '../../lib/render/install.ts'
import { fakeIpmitool, rightBmc } from './fake-ipmitool.ts'
import { bmc, full, plant, type Ran, view } from './install-script.ts'
import { useInstallStage } from './install-stage.ts'

const oldTools = 'sh bash cat chroot cp gzip ln ls mkdir mount mv rm sed setsid sleep tar umount'.split(' ')

describe('the install script in an old initramfs', function () {
  this.timeout(60_000)
  const stage = useInstallStage()

  beforeEach(() => {
    const settings = { ...rightBmc, netmask: '255.0.0.0', password: '' }
    plant(stage.folder, {
      'bin/ipmitool': fakeIpmitool,
      ...{ 'bin/udevadm': '#!/bin/sh\n', 'bin/modprobe': '#!/bin/sh\n' },
      ...Object.fromEntries(Object.entries(settings).map(([name, text]) => [`bmc/${name}`, `${text}\n`])),
    })
    mkdirSync(join(stage.folder, 'tools'))
    for (const tool of oldTools) link(tool)
    // more than a pipe holds, so that whoever stops reading is noticed
    writeFileSync(join(stage.folder, 'image/random'), randomBytes(1_000_000))
  })

  function link(tool: string): void {
    const path = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((dir) => join(dir, tool)).find(existsSync)
    assert.ok(path, `there is no ${tool} here`)
    symlinkSync(path, join(stage.folder, 'tools', tool))
  }

  /** In bash 4.2 BASH_SUBSHELL is 0 inside of <( ), and what systemd starts ignores SIGPIPE. */
  function install(): Ran & { log: string[] } {
    const script = renderInstallScript({ ...view, bmc, interfaces: full.interfaces })
    const played = `trap '' PIPE\n${script.replaceAll('< <(', '< <(BASH_SUBSHELL=0; ')}`
    const env = { BASH_COMPAT: '4.2', LC_ALL: 'C' }
    return stage.run(played, { tools: join(stage.folder, 'tools'), env })
  }

  it('installs a gzip tarball, and no subshell takes itself for the script', () => {
    stage.pack('gzip')
    const ran = install()
    assert.equal(ran.status, 0, ran.output)
    assert.doesNotMatch(ran.output, /not found|rror/)
    const steps = 'prescript setupbmc partscript download unpack setnet postscript success'.split(' ')
    assert.deepEqual(
      ran.log.filter((line) => line !== 'ended'),
      steps.map((step) => `status install.${step}`),
    )
    assert.ok(
      readFileSync(join(stage.folder, 'image/random')).equals(
        readFileSync(join(stage.folder, 'installed/random')),
      ),
    )
  })

  it('says in a sentence that it has no zstd, and which commands mend it', function () {
    if (spawnSync('zstd', ['--version']).error) this.skip()
    stage.pack('zstd')
    const ran = install()
    assert.equal(ran.status, 1)
    assert.match(
      ran.output,
      /^luna: this initramfs has no zstd, .*luna osimage pack NAME --boot .*luna osimage change NAME --compression gzip/m,
    )
    assert.equal(ran.log.includes('status install.error.unpack'), true)
    assert.doesNotMatch(ran.output, /not in gzip format|command not found/)
    assert.equal(existsSync(join(stage.folder, 'installed/etc/passwd')), false)
  })

  it('unpacks a zstd tarball where there is a zstd', function () {
    if (spawnSync('zstd', ['--version']).error) this.skip()
    stage.pack('zstd')
    link('zstd')
    const ran = install()
    assert.equal(ran.status, 0, ran.output)
    assert.ok(existsSync(join(stage.folder, 'installed/random')))
  })

  it('says so when the tarball is neither gzip nor zstd', () => {
    stage.pack('cat')
    const ran = install()
    assert.equal(ran.status, 1)
    assert.match(ran.output, /^luna: the tarball is neither gzip nor zstd: luna osimage pack/m)
  })
})
