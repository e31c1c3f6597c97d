// packaging/with-node: which npm it uses and what it says when there is none (both are stand-ins here), and
// which Debian packages it wants.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageScripts, readmeCommands } from './readme.ts'

const top = join(import.meta.dirname, '../..')
const tools = [
  'cat',
  'chmod',
  'cmp',
  'cp',
  'dirname',
  'find',
  'flock',
  'grep',
  'mkdir',
  'mv',
  'readlink',
  'rm',
]

/** An npm of that version, which notes what it is asked for, and installs itself as version 10, or a Node. */
const fakeNpm = (version: string) => `#!/bin/sh
[ "$1" != --version ] || { echo ${version}; exit; }
echo "${version}: $*" >>"$LOG"
[ -z "$BROKEN" ] || { echo "npm ERR! no network" >&2; mkdir -p "$3"; exit 1; }
case $1 in
  install) bin=$3/node_modules/.bin; mkdir -p "$bin"; sed s/${version}/10.9.9/ "$0" >"$bin/npm"; chmod 755 "$bin/npm" ;;
  ci) mkdir -p node_modules/.bin; cp "$NODE" node_modules/.bin/node ;;
esac
`

describe('with-node', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'luna-with-node-'))
    mkdirSync(join(dir, 'packaging'))
    mkdirSync(join(dir, 'path'))
    for (const file of ['with-node', 'debian-packages.txt', 'debian-packages-tests.txt'])
      cpSync(join(top, 'packaging', file), join(dir, 'packaging', file))
    for (const file of ['package.json', 'package-lock.json']) writeFileSync(join(dir, file), '{}')
    for (const tool of [...tools, 'sed']) symlinkSync(join('/usr/bin', tool), join(dir, 'path', tool))
    program('node', '#!/bin/sh\necho "this is Node: $*"\n')
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  /** Puts a program into the search path. */
  function program(name: string, text: string): void {
    writeFileSync(join(dir, 'path', name), text, { mode: 0o755 })
  }

  function withNode(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
    const path = join(dir, 'path')
    const env = { PATH: path, LOG: join(dir, 'log'), NODE: join(path, 'node'), ...more }
    const ran = spawnSync(join(dir, 'packaging/with-node'), args, { env, encoding: 'utf8' })
    return { ...ran, said: ran.stderr.replaceAll(dir, 'TOP').split('\n').slice(0, -1) }
  }

  const asked = () => readFileSync(join(dir, 'log'), 'utf8').replaceAll(dir, 'TOP').split('\n').slice(0, -1)

  it('gets npm 10 where npm is older, and the packages and the command come from that', () => {
    program('npm', fakeNpm('9.2.0'))
    const ran = withNode(['npm', 'test'])
    assert.deepEqual(ran.said, [
      'with-node: installing npm 10 in TOP/.npm10 (that of this machine is 9.2.0)',
      'with-node: installing npm packages (Node 24 among them)',
    ])
    assert.equal(ran.status, 0)
    assert.deepEqual(asked(), [
      '9.2.0: install --prefix TOP/.npm10.draft --no-audit --no-fund --loglevel=error npm@10',
      '10.9.9: ci --include=dev --no-audit --no-fund --loglevel=error',
      '10.9.9: test',
    ])
  })

  it('says nothing the second time', () => {
    program('npm', fakeNpm('9.2.0'))
    withNode(['npm', 'test'])
    const ran = withNode(['npm', '--version'])
    assert.deepEqual([ran.status, ran.stdout, ran.stderr], [0, '10.9.9\n', ''])
  })

  for (const version of ['10.0.0', '11.19.1'])
    it(`uses the npm of the machine when it is ${version}`, () => {
      program('npm', fakeNpm(version))
      withNode(['npm', 'test'])
      assert.deepEqual(asked(), [
        `${version}: ci --include=dev --no-audit --no-fund --loglevel=error`,
        `${version}: test`,
      ])
    })

  it('leaves no half of an npm behind that a later run would take for a whole', () => {
    program('npm', fakeNpm('9.2.0'))
    const ran = withNode(['npm', 'test'], { BROKEN: 'yes' })
    assert.equal(ran.status, 1)
    assert.equal(ran.said.at(-1), 'with-node: npm did not install npm 10 (see above)')
    assert.equal(existsSync(join(dir, '.npm10')), false)
    assert.equal(withNode(['npm', 'test']).status, 0)
    assert.deepEqual(
      readdirSync(dir).filter((name) => name.endsWith('.draft')),
      [],
    )
  })

  it('says what to do when there is no npm', () => {
    const ran = withNode(['node', 'x'])
    assert.deepEqual(
      [ran.status, ran.stdout, ran.stderr],
      [
        1,
        '',
        'with-node: npm is missing: install Node.js 20 or later with npm or, on Debian, call with --debian\n',
      ],
    )
  })

  it('counts npm among the Debian packages that are missing, and only then', () => {
    program('apt-get', '#!/bin/sh\nexit 1\n')
    program('dpkg-query', '#!/bin/sh\ncase $* in *pigz) ;; *) printf installed ;; esac\n')
    program('id', '#!/bin/sh\necho 1000\n')
    const missing = (what: string) => `with-node: not root, and Debian packages are missing: ${what} \n`
    assert.equal(withNode(['--debian', 'true']).stderr, missing('npm pigz'))
    program('npm', fakeNpm('9.2.0'))
    assert.equal(withNode(['--debian', 'true']).stderr, missing('pigz'))
  })

  it('wants what only tests need for --debian-tests alone', () => {
    program('npm', fakeNpm('10.0.0'))
    program('apt-get', '#!/bin/sh\nexit 1\n')
    program('dpkg-query', '#!/bin/sh\ncase $* in *pigz|*chromium) ;; *) printf installed ;; esac\n')
    program('id', '#!/bin/sh\necho 1000\n')
    const missing = (what: string) => `with-node: not root, and Debian packages are missing: ${what} \n`
    assert.equal(withNode(['--debian', 'true']).stderr, missing('pigz'))
    assert.equal(withNode(['--debian-tests', 'true']).stderr, missing('pigz chromium'))
  })
})

describe('the npm scripts', () => {
  it('have the Debian packages of tests where they run tests, scenarios or benches, and only there', () => {
    const wants = (option: string) =>
      Object.entries(packageScripts())
        .filter(([, command]) => command.includes(`with-node ${option} `))
        .map(([name]) => name)
    assert.deepEqual(wants('--debian'), ['lab', 'package'])
    assert.deepEqual(wants('--debian-tests'), ['check', 'test', 'test:all-cases', 'scenarios', 'bench'])
  })
})

describe('the commands of the README', () => {
  it('are two, and start with what installs the rest', () => {
    assert.deepEqual(readmeCommands(), [
      'packaging/with-node --debian npm run lab',
      'packaging/with-node --debian npm test',
    ])
  })

  it('are what continuous integration runs', () => {
    const lines = readFileSync(join(top, '.ci/run'), 'utf8').split('\n')
    const [, test = ''] = readmeCommands()
    assert.ok(lines.includes(`  ${test}`))
  })
})
