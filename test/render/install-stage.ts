// What the install script is run in: a folder with an image, a server that curl is made to be, and a client.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { client, curl } from './fake-download.ts'
import { canUnshare, plant, type Ran, runScript, temporaryFolder } from './install-script.ts'

export interface InstallStage {
  folder: string
  /** Packs the image, with the files first that the script reads before the others. */
  pack(compress?: string): void
  /** Runs a script, and gives what it asked the server. */
  run(script: string, options?: Parameters<typeof runScript>[2]): Ran & { log: string[] }
  /** The text of an installed file. */
  installed(path: string): string
}

/** Call it inside `describe`: the tests are skipped where nobody can mount. */
export function useInstallStage(): InstallStage {
  const stage: InstallStage = {
    folder: '',
    pack(compress = 'gzip') {
      const files = ['./etc/passwd', './etc/group', '.']
      const tarball = join(stage.folder, 'image.tgz')
      const args = ['-C', join(stage.folder, 'image'), '-c', '-I', compress, '-f', tarball, ...files]
      const { status, stderr } = spawnSync('tar', args)
      assert.equal(status, 0, String(stderr))
    },
    run(script, options) {
      const ran = runScript(stage.folder, script, options)
      return { ...ran, log: readFileSync(join(stage.folder, 'log'), 'utf8').trim().split('\n') }
    },
    installed: (path) => readFileSync(join(stage.folder, 'installed', path), 'utf8'),
  }
  before(function () {
    if (canUnshare) return
    console.log('      install script: not run, that needs root')
    this.skip()
  })
  beforeEach(() => {
    stage.folder = temporaryFolder()
    plant(stage.folder, { 'bin/curl': curl, 'luna/ltorrent-client': client })
    plant(join(stage.folder, 'image'), {
      'etc/passwd': 'root:x:0:0::/root:/bin/sh\nof-image:x:777:777::/:/bin/sh\n',
      'etc/group': 'root:x:0:\n',
      'etc/sysconfig/network-scripts/ifup': '',
      'etc/sysconfig/network': 'NETWORKING=yes\nHOSTNAME=old\n',
    })
  })
  afterEach(() => rmSync(stage.folder, { recursive: true }))
  return stage
}
