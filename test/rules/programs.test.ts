// The programs of bin/: all begin alike, and say in a sentence when there is no Node that they can run with.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { basename, join } from 'node:path'

const top = join(import.meta.dirname, '../..')
const programs = globSync('bin/*', { cwd: top })
  .map((path) => basename(path))
  .sort()

describe('programs', () => {
  it('begin alike, and differ only in what they are and whom they call', () => {
    assert.ok(programs.length >= 6)
    for (const program of programs) {
      assert.equal(shape(program), shape('luna'), program)
      assert.equal(statSync(join(top, 'bin', program)).mode & 0o777, 0o755, program)
    }
  })

  it('start through a shell that is clean for shellcheck', function () {
    if (spawnSync('shellcheck', ['--version']).error) this.skip()
    const scripts = ['lib/node.sh', 'packaging/with-node', '.ci/run', ...packageScripts()]
    assert.equal(spawnSync('shellcheck', scripts, { cwd: top, encoding: 'utf8' }).stdout, '')
  })
})

/** Scripts that packages bring, and those that they run; rpm keeps the latter without a first line. */
function packageScripts(): string[] {
  return globSync('packaging/scripts/**/*', { cwd: top }).filter((path) => statSync(join(top, path)).isFile())
}

/** The text of a program, without what makes it this one: what it is, whom it calls, and with what. */
function shape(program: string): string {
  return readFileSync(join(top, 'bin', program), 'utf8')
    .replace(/^\/\/ (?!For a shell).+$/m, '// WHAT')
    .replace(/await import\('\.\.\/lib\/.+\.ts'\)/, 'DOOR')
    .replace(/^(process\.exitCode = )?await main\(process\.argv\.slice\(2\).*\)$/m, 'CALL')
}

describe('programs in an environment of somebody else', () => {
  it('run as they do elsewhere', () => {
    const env = { ...process.env, NODE_OPTIONS: '--require=/nonexistent', NODE_PATH: '/', NODE_DEBUG: 'fs' }
    for (const program of programs) {
      const { status, stderr } = spawnSync(join(top, 'bin', program), ['-h'], { env, encoding: 'utf8' })
      assert.deepEqual([status, stderr], [0, ''], program)
    }
  })

  it('run for a user whom passwd(5) does not have', function () {
    const nobodys = ['--user', '--map-user=424242']
    if (spawnSync('unshare', [...nobodys, 'true']).status !== 0) this.skip()
    for (const program of programs) {
      const run = [...nobodys, join(top, 'bin', program), '-h']
      const { status, stderr } = spawnSync('unshare', run, { encoding: 'utf8' })
      assert.deepEqual([status, stderr], [0, ''], program)
    }
  })
  it('start without a compiler when what they import was compiled before', function () {
    if (!existsSync(userInfo().homedir)) this.skip()
    const tell = 'process.on("exit", () => console.error(process.moduleLoadList.join()))'
    for (const program of programs) {
      const run = ['--import', `data:text/javascript,${tell}`, join(top, 'bin', program), '-h']
      spawnSync(process.execPath, run)
      const { status, stderr } = spawnSync(process.execPath, run, { encoding: 'utf8' })
      assert.deepEqual([status, /NativeModule internal\/modules/.test(stderr)], [0, true], program)
      assert.doesNotMatch(stderr, /amaro/, program)
    }
  })

  it('make no home for a user who has none', function () {
    const asNobody = ['--user', '--map-user=65534']
    if (spawnSync('unshare', [...asNobody, 'true']).status !== 0 || existsSync('/nonexistent')) this.skip()
    spawnSync('unshare', [...asNobody, join(top, 'bin/luna'), '-h'])
    assert.equal(existsSync('/nonexistent'), false)
  })
  it('do not give up looking at certificates', () => {
    const script = '. "$top/lib/node.sh"'
    const env = { ...process.env, top, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const look = 'process.stdout.write(String(process.env.NODE_TLS_REJECT_UNAUTHORIZED))'
    const { stdout } = spawnSync('sh', ['-c', script, '-e', look], { env, encoding: 'utf8' })
    assert.equal(stdout, 'undefined')
  })
})

describe('programs without the Node beside Luna', () => {
  let dir: string
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'luna-programs-'))
    for (const part of ['bin', 'lib/node.sh']) cpSync(join(top, part), join(dir, part), { recursive: true })
    mkdirSync(join(dir, 'path'))
    cpSync('/usr/bin/readlink', join(dir, 'path/readlink'))
  })
  after(() => rmSync(dir, { recursive: true }))

  /** Runs a program where `node` says that it is of that version, and else prints its arguments. */
  function run(program: string, version: string | undefined) {
    const node = join(dir, 'path/node')
    rmSync(node, { force: true })
    const answer = `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; else echo "$@"; fi\n`
    if (version) writeFileSync(node, answer, { mode: 0o755 })
    const env = { PATH: join(dir, 'path') }
    const ran = spawnSync(join(dir, 'bin', program), ['a b'], { env, encoding: 'utf8' })
    return [ran.status, ran.stdout, ran.stderr]
  }

  const sentence = (found: string) =>
    `Luna needs Node ${needed()} or later (here: ${found}): "${dir}/packaging/with-node true" installs it beside Luna\n`

  for (const program of programs)
    it(`${program} names the Node that it needs when that of the system is too old`, () => {
      assert.deepEqual(run(program, 'v20.20.2'), [1, '', sentence('v20.20.2')])
    })

  for (const version of ['v0.10.48', 'v18.20.4', 'v22.22.0', 'v24.1.2', 'v24.11.1'])
    it(`refuses ${version}`, () => assert.deepEqual(run('luna', version), [1, '', sentence(version)]))

  it('says the same when there is none', () =>
    assert.deepEqual(run('luna', undefined), [1, '', sentence('none')]))

  for (const version of ['v24.12.0', 'v24.21.3', 'v25.0.0', 'v30.1.0'])
    it(`runs with ${version}`, () =>
      assert.deepEqual(run('luna', version), [0, `--preserve-symlinks ${join(dir, 'bin/luna')} a b\n`, '']))
})

/** The oldest Node that package.json allows. */
function needed(): string {
  const { engines } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as {
    engines: { node: string }
  }
  return engines.node.replace(/^>=/, '')
}
