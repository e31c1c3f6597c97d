// lchroot as a program, in the smallest image that a shell runs in.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../lib/config.ts'
import { openStore } from '../../lib/store/open.ts'
import { enterOsimage } from '../../lib/task/image/enter.ts'
import { needsRoot } from '../host/as-root.ts'
import { makeSmallImage, type Place, temporaryPlace } from '../host/small-image.ts'

const lchroot = join(import.meta.dirname, '../../bin/lchroot')

describe('lchroot', function () {
  // Every test starts programs.
  this.timeout(60_000)
  let place: Place
  let root: string
  let env: NodeJS.ProcessEnv
  before(async function () {
    needsRoot(this)
    place = temporaryPlace()
    root = join(place.path, 'root')
    makeSmallImage(root)
    writeFileSync(join(place.path, 'luna.conf'), `[Embedded]\npath=${place.path}/luna.db\n`)
    env = { ...process.env, LUNA_CONF: join(place.path, 'luna.conf') }
    const store = await openStore(loadConfig(env))
    await store.insert('osimage', { name: 'compute', path: root, kernver: '5.1-luna' })
    await store.close()
  })
  after(() => place?.remove())

  const call = (...args: string[]) =>
    spawnSync(process.execPath, [lchroot, ...args], { env, encoding: 'utf8' })
  const start = (...args: string[]) =>
    spawn(process.execPath, [lchroot, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const mounted = () => readFileSync('/proc/self/mounts', 'utf8').includes(root)

  it('gives output and exit status of the command, whose words stay apart', () => {
    const { status, stdout } = call('compute', 'sh', '-c', 'echo "$1"; exit 42', 'sh', 'two  words')
    assert.deepEqual([status, stdout], [42, 'two  words\n'])
    assert.deepEqual([mounted(), existsSync(join(root, 'tmp/lchroot.lock'))], [false, false])
  })

  it('does not need the directories of system programs in PATH, nor see what a shell exports', () => {
    const own = { ...env, PATH: '/usr/bin:/bin', LD_PRELOAD: '/nowhere.so' }
    const { status, stderr } = spawnSync(process.execPath, [lchroot, 'compute', 'sh', '-c', ':'], {
      env: own,
      encoding: 'utf8',
    })
    const lines = stderr.split('\n').filter((line) => line.includes('LD_PRELOAD'))
    // Node itself sees it once.
    assert.deepEqual([status, lines.length], [0, 1])
  })

  it('takes one word with blanks for a line of the image’s shell', () => {
    assert.equal(call('compute', 'echo a; echo b').stdout, 'a\nb\n')
  })

  it('gives 127 for a command that the image does not have', () => {
    assert.equal(call('compute', 'dnf').status, 127)
  })

  it('gives 7 for an image that there is none of', () => {
    const { status, stderr } = call('nothing', 'sh')
    assert.equal(status, 7)
    assert.match(stderr, /^ERROR:luna:there is no osimage "nothing"/)
  })

  it('gives 2 and its usage without an image', () => {
    const { status, stderr } = call()
    assert.equal(status, 2)
    assert.match(stderr, /^usage: lchroot/)
  })

  it('gives 8 while somebody is in the image, and lets the next one in afterwards', async () => {
    const other = start('compute', 'echo in; sleep 4711')
    await once(other.stdout, 'data')
    assert.equal(call('compute', 'sh', '-c', 'true').status, 8)
    other.kill('SIGTERM')
    await once(other, 'exit')
    assert.equal(call('compute', 'sh', '-c', ':').status, 0)
    assert.equal(mounted(), false)
  })

  it('leaves neither lock nor process when it is killed', async () => {
    const other = start('compute', 'echo in; sleep 4712')
    await once(other.stdout, 'data')
    other.kill('SIGKILL')
    await once(other, 'exit')
    // The kernel takes a moment to end a namespace; the limit is mocha's.
    while (call('compute', 'sh', '-c', ':').status === 8);
    assert.equal(spawnSync('pgrep', ['-fx', 'sleep 4712'], { encoding: 'utf8' }).stdout, '')
  })

  it('gives 8 while lchroot of the first Luna is in the image, and says whose lock that is', () => {
    writeFileSync(join(root, 'tmp/lchroot.lock'), '')
    const { status, stderr } = call('compute', 'sh', '-c', ':')
    execFileSync('rm', [join(root, 'tmp/lchroot.lock')])
    assert.equal(status, 8)
    assert.match(stderr, /tmp\/lchroot\.lock, the lock of the first Luna/)
  })

  it('has no lock or anything else of itself in the image while somebody is in it', async () => {
    const other = start('compute', 'echo in; sleep 4713')
    await once(other.stdout, 'data')
    assert.deepEqual(readdirSync(join(root, 'tmp')), [])
    assert.match(call('compute', 'sh').stderr, /being worked on already: entered by process \d+ since/)
    other.kill('SIGTERM')
    await once(other, 'exit')
  })

  it('resolves names as this machine does, and leaves the image’s own resolv.conf alone', () => {
    writeFileSync(join(root, 'etc/resolv.conf'), 'of the image\n')
    assert.equal(call('compute', 'cat', '/etc/resolv.conf').stdout, readFileSync('/etc/resolv.conf', 'utf8'))
    assert.equal(readFileSync(join(root, 'etc/resolv.conf'), 'utf8'), 'of the image\n')
  })

  it('resolves names where resolv.conf is a link to /run', () => {
    execFileSync('rm', ['-f', join(root, 'etc/resolv.conf')])
    symlinkSync('../run/systemd/resolve/stub-resolv.conf', join(root, 'etc/resolv.conf'))
    assert.equal(call('compute', 'cat', '/etc/resolv.conf').stdout, readFileSync('/etc/resolv.conf', 'utf8'))
  })

  it('answers uname with the kernel of the image', async function () {
    if (spawnSync('cc', ['--version']).error) {
      assert.notEqual(process.env.CI, 'true', 'CI must have a C compiler')
      if (this.test) this.test.title += ' (skipped: there is no C compiler)'
      this.skip()
    }
    const library = join(place.path, 'luna-uname.so')
    execFileSync(join(import.meta.dirname, '../../packaging/uname/build'), [library])
    const uname = execFileSync('which', ['uname'], { encoding: 'utf8' }).trim()
    execFileSync('cp', [uname, join(root, 'usr/bin/uname')])
    mkdirSync(join(root, 'out'), { recursive: true })
    const store = await openStore(loadConfig(env))
    const wish = { name: 'compute', command: ['sh', '-c', 'uname -r >/out/kernel'] }
    const warn = (text: string) => assert.fail(text)
    assert.equal(await enterOsimage(store, wish, { signal: new AbortController().signal, warn, library }), 0)
    await store.close()
    assert.equal(readFileSync(join(root, 'out/kernel'), 'utf8'), '5.1-luna\n')
  })
})
