// What the README promises of a machine that has nothing: its commands in a minimal Debian with git and
// without npm, as far as their installing half goes. Debian's own npm is what they find there afterwards.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { run } from '../../lib/host/run.ts'
import { skipUnless } from '../daemons/skip.ts'
import { needsRoot } from '../host/as-root.ts'
import { type DebianRoot, makeDebianRoot, mirrorOf } from './debian-root.ts'
import { packageScripts, readmeCommands } from './readme.ts'

const top = join(import.meta.dirname, '../..')
const clone = '/root/luna'

/** The commands of the README with, in place of the long work, something that needs all that they install. */
const installing = readmeCommands().map((command) =>
  command.replace(/npm test$/, shortTest()).replace(/npm run lab$/, '$& -- --help'),
)

function shortTest(): string {
  return packageScripts().test?.replace('test:all', 'check:text') ?? ''
}

/** What with-node said. */
const said = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('with-node: '))

for (const [suite, name] of [
  ['bookworm', 'Debian 12'],
  ['trixie', 'Debian 13'],
] as const)
  describe(`the commands of the README in a minimal ${name}`, function () {
    this.timeout(600_000)
    const [lab = '', tests = ''] = installing
    let root: DebianRoot

    before(async function () {
      needsRoot(this)
      skipUnless(this, spawnSync('debootstrap', ['--version']).error && 'debootstrap is not installed')
      const mirror = await mirrorOf(suite)
      if (!mirror) return skipUnless(this, `no repository of this machine's apt has ${name} (${suite})`)
      root = await makeDebianRoot(suite, mirror)
      await run('git', ['clone', '--quiet', top, join(root.path, clone)])
    })
    after(() => root?.remove())

    it('starts with neither npm nor Node', async () => {
      const ran = await root.run(clone, 'command -v npm node')
      assert.deepEqual([ran.status, ran.stdout], [127, ''])
    })

    it(`"${lab}" installs what is missing, says what, and runs`, async () => {
      const ran = await root.run(clone, lab)
      assert.equal(ran.status, 0, ran.stderr)
      assert.match(ran.stdout, /^usage: npm run lab/m)
      const [debian, npm, packages, ...rest] = said(ran.stderr)
      assert.match(debian ?? '', /installing Debian packages: npm /)
      assert.match(npm ?? '', /installing npm 10 in \S+ \(that of this machine is 9\.2\.0\)/)
      assert.match(packages ?? '', /installing npm packages \(Node 24 among them\)/)
      assert.deepEqual(rest, [])
    })

    if (suite === 'bookworm')
      it(`"${tests}" installs what tests need beside that, and runs`, async () => {
        const ran = await root.run(clone, tests)
        assert.equal(ran.status, 0, ran.stdout + ran.stderr)
        const [debian, ...rest] = said(ran.stderr)
        assert.match(debian ?? '', /installing Debian packages: (?!npm ).*chromium /)
        assert.deepEqual(rest, [])
        const again = await root.run(clone, tests)
        assert.deepEqual([again.status, said(again.stderr)], [0, []])
      })
    else
      it('has what tests need beside that', async () => {
        const names = "$(grep -Eo '^[a-z][^ ]*' packaging/debian-packages-tests.txt)"
        const ran = await root.run(clone, `apt-get -q --simulate --no-install-recommends install ${names}`)
        assert.equal(ran.status, 0, ran.stdout + ran.stderr)
        assert.match(ran.stdout, /^Inst chromium /m)
      })

    it('the programs run, and so do the scripts of package.json with the npm of Debian', async () => {
      const ran = await root.run(clone, 'bin/luna --help && npm run lab -- --help')
      assert.equal(ran.status, 0, ran.stderr)
      assert.match(ran.stdout, /^usage: luna [\s\S]*^usage: npm run lab/m)
    })

    it('nothing but ignored files is new in the clone', async () => {
      assert.equal((await root.run(clone, 'git status --porcelain')).stdout, '')
    })
  })
