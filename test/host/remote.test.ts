// What is said when a program on another machine fails.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyTo, mirrorTo, rsyncTo, runOn } from '../../lib/host/remote.ts'
import { rejectsWith } from '../help.ts'

describe('another head that cannot be reached', () => {
  const { PATH } = process.env
  let dir = ''

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'luna-remote-'))
    mkdirSync(join(dir, 'bin'))
    // As OpenSSH and rsync say it, with line ends for a terminal.
    const said = {
      ssh: 'ssh: connect to host h port 22: No route to host\\r\\n',
      scp: 'ssh: connect to host h port 22: No route to host\\r\\nlost connection\\n',
      rsync:
        'ssh: connect to host h port 22: No route to host\\r\\n' +
        'rsync: connection unexpectedly closed (0 bytes received so far) [sender]\\n' +
        'rsync error: unexplained error (code 255) at io.c(231) [sender=3.2.7]\\n',
    }
    for (const [name, text] of Object.entries(said)) {
      writeFileSync(join(dir, 'bin', name), `#!/bin/sh\nprintf '${text}' >&2\nexit 255\n`)
      chmodSync(join(dir, 'bin', name), 0o755)
    }
    process.env.PATH = `${join(dir, 'bin')}:${PATH}`
  })
  after(() => {
    process.env.PATH = PATH
    rmSync(dir, { recursive: true })
  })

  for (const [what, work, message] of [
    ['run', () => runOn('h', ['rm', '-f', 'a b']), `cannot run "rm -f 'a b'" on h`],
    ['scp', () => copyTo('h', '/here', '/there'), 'cannot copy /there to h'],
    ['rsync', () => rsyncTo('h', '/there'), 'cannot copy /there to h'],
    ['mirror', () => mirrorTo('h', '/d', { onLine: () => undefined }), 'cannot copy /d to h'],
  ] as const)
    it(`is told in one line without the command line of the program (${what})`, async () => {
      const error = await rejectsWith('failed', work())
      assert.equal(error.message, message)
      assert.equal(error.why, 'ssh: connect to host h port 22: No route to host')
      assert.equal(error.fix, 'see that root of this machine reaches it: ssh h true')
    })
})
