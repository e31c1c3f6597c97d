// The install script with the shell and the programs of an initramfs as old as EL7: bash 4.2, and neither od,
// tr, zstd, pigz, chmod, stat nor timeout. Bash 4.2 is played: what it cannot do is refused by
// test/rules/shell-age.test.ts.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderInstallScript } from '../../lib/render/install.ts'
import { client, curl } from './fake-download.ts'
import { fakeIpmitool, rightBmc } from './fake-ipmitool.ts'
import { bmc, canUnshare, full, plant, type Ran, runScript, temporaryFolder, view } from './install-script.ts'

const oldTools = 'sh bash cat chroot cp gzip ln ls mkdir mount mv rm sed setsid sleep tar umount'.split(' ')

describe('the install script in an old initramfs', function () {
  this.timeout(60_000)
  let folder: string

  before(function () {
    if (!canUnshare) {
      console.log('      install script: not run, that needs root')
      this.skip()
    }
  })
  beforeEach(() => {
    folder = temporaryFolder()
    plant(folder, { 'bin/curl': curl, 'luna/ltorrent-client': client, 'bin/modprobe': '#!/bin/sh\n' })
    plant(folder, { 'bin/ipmitool': fakeIpmitool, 'bin/udevadm': '#!/bin/sh\n' })
    const settings = { ...rightBmc, netmask: '255.0.0.0', password: '' }
    plant(
      folder,
      Object.fromEntries(Object.entries(settings).map(([name, text]) => [`bmc/${name}`, `${text}\n`])),
    )
    mkdirSync(join(folder, 'tools'))
    for (const tool of oldTools) link(tool)
    plant(join(folder, 'image'), {
      'etc/passwd': 'root:x:0:0::/root:/bin/sh\nslurm:x:777:777::/:/bin/sh\n',
      'etc/group': 'root:x:0:\n',
      'etc/sysconfig/network-scripts/ifup': '',
    })
    // more than a pipe holds, so that whoever stops reading is noticed
    writeFileSync(join(folder, 'image/random'), randomBytes(1_000_000))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function link(tool: string): void {
    const path = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((dir) => join(dir, tool)).find(existsSync)
    assert.ok(path, `there is no ${tool} here`)
    symlinkSync(path, join(folder, 'tools', tool))
  }

  function pack(compress: string): void {
    const files = ['./etc/passwd', './etc/group', '.']
    const made = spawnSync('tar', [
      '-C',
      join(folder, 'image'),
      '-c',
      '-I',
      compress,
      '-f',
      `${folder}/image.tgz`,
      ...files,
    ])
    assert.equal(made.status, 0, String(made.stderr))
  }

  /** In bash 4.2 BASH_SUBSHELL is 0 inside of <( ), and what systemd starts ignores SIGPIPE. */
  function install(): Ran & { log: string[] } {
    const script = renderInstallScript({ ...view, bmc, interfaces: full.interfaces })
    const played = `trap '' PIPE\n${script.replaceAll('< <(', '< <(BASH_SUBSHELL=0; ')}`
    const env = { BASH_COMPAT: '4.2', LC_ALL: 'C' }
    const ran = runScript(folder, played, { tools: join(folder, 'tools'), env })
    return { ...ran, log: readFileSync(join(folder, 'log'), 'utf8').trim().split('\n') }
  }

  it('installs a gzip tarball, and no subshell takes itself for the script', () => {
    pack('gzip')
    const ran = install()
    assert.equal(ran.status, 0, ran.output)
    assert.doesNotMatch(ran.output, /not found|rror/)
    const steps = 'prescript setupbmc partscript download unpack setnet postscript success'.split(' ')
    assert.deepEqual(
      ran.log.filter((line) => line !== 'ended'),
      steps.map((step) => `status install.${step}`),
    )
    assert.ok(
      readFileSync(join(folder, 'image/random')).equals(readFileSync(join(folder, 'installed/random'))),
    )
  })

  it('says in a sentence that it has no zstd, and which commands mend it', function () {
    if (spawnSync('zstd', ['--version']).error) this.skip()
    pack('zstd')
    const ran = install()
    assert.equal(ran.status, 1)
    assert.match(
      ran.output,
      /^luna: this initramfs has no zstd, .*luna osimage pack NAME --boot .*luna osimage change NAME --compression gzip/m,
    )
    assert.equal(ran.log.includes('status install.error.unpack'), true)
    assert.doesNotMatch(ran.output, /not in gzip format|command not found/)
    assert.equal(existsSync(join(folder, 'installed/etc/passwd')), false)
  })

  it('unpacks a zstd tarball where there is a zstd', function () {
    if (spawnSync('zstd', ['--version']).error) this.skip()
    pack('zstd')
    link('zstd')
    const ran = install()
    assert.equal(ran.status, 0, ran.output)
    assert.ok(existsSync(join(folder, 'installed/random')))
  })

  it('says so when the tarball is neither gzip nor zstd', () => {
    pack('cat')
    const ran = install()
    assert.equal(ran.status, 1)
    assert.match(ran.output, /^luna: the tarball is neither gzip nor zstd: luna osimage pack/m)
  })
})
