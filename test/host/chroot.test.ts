// Inside an image for real: what is mounted, what can be written, and what is left afterwards.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { insideCommand, runInside } from '../../lib/host/image/chroot.ts'
import { needsRoot } from './as-root.ts'
import { makeSmallImage, type Place, temporaryPlace } from './small-image.ts'

describe('runInside', () => {
  let place: Place
  let root: string
  before(function () {
    needsRoot(this)
  })
  beforeEach(() => {
    place = temporaryPlace()
    root = join(place.path, 'root')
    makeSmallImage(root)
    mkdirSync(join(place.path, 'work/tmp'), { recursive: true })
  })
  afterEach(() => place?.remove())

  const sh = (text: string, more = {}) =>
    runInside({ root, ...more }, 'sh', ['-c', text], {
      allowFailure: true,
      env: { SECRET: 'of the operator' },
    })

  it('gives the status and both outputs of the program', async () => {
    const { status, stdout, stderr } = await sh('echo out; echo err >&2; exit 7')
    assert.deepEqual([status, stdout, stderr], [7, 'out\n', 'err\n'])
  })

  it('says 127 for a program that the image does not have', async () => {
    assert.equal((await runInside({ root }, 'dnf', [], { allowFailure: true })).status, 127)
  })

  it('has proc of its own, dev and an empty run, and nothing of the environment', async () => {
    const { stdout } = await sh(
      'echo /proc/[0-9]*; echo /run/*; test -c /dev/null && echo dev; echo "[$SECRET]"',
    )
    const [processes = '', ...rest] = stdout.trim().split('\n')
    assert.ok(processes.split(' ').length <= 4, processes)
    assert.deepEqual(rest, ['/run/*', 'dev', '[]'])
  })

  it('leaves nothing mounted, and no process', async () => {
    const { stdout } = await sh('sleep 4711 & echo started')
    assert.equal(stdout, 'started\n')
    assert.equal(traces(root), '')
  })

  it('leaves nothing mounted, and no process, when it is aborted', async () => {
    const interrupt = new AbortController()
    const running = runInside({ root }, 'sh', ['-c', 'echo started; sleep 4711'], {
      signal: interrupt.signal,
      onLine: () => interrupt.abort(),
    })
    await assert.rejects(running, /was ended/)
    assert.equal(traces(root), '')
  })

  it('leaves nothing mounted, and no process, when the process that started it is killed', async () => {
    const chroot = join(import.meta.dirname, '../../lib/host/image/chroot.ts')
    const call = `import { runInside } from ${JSON.stringify(chroot)}
      await runInside({ root: ${JSON.stringify(root)} }, 'sh', ['-c', 'echo started; sleep 4711'], {
        onLine: (line) => process.stdout.write(line) })`
    const args = ['--input-type=module', '-e', call]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    assert.notEqual(traces(root), '', 'traces are seen while it runs')
    child.kill('SIGKILL')
    await once(child, 'exit')
    // The kernel takes a moment to end a namespace; the limit is mocha's.
    while (traces(root) !== '') await new Promise((done) => setTimeout(done, 20))
  })

  it('cannot write to a tree that is read only, except to its work', async () => {
    const work = join(place.path, 'work')
    const text = 'touch /etc/x; touch /usr/x; echo made >/run/luna/made; echo t >/tmp/t'
    const { stderr } = await sh(text, { readOnly: true, work })
    assert.match(stderr, /\/etc\/x.*Read-only/)
    assert.equal(readFileSync(join(work, 'made'), 'utf8'), 'made\n')
    assert.equal(readFileSync(join(work, 'tmp/t'), 'utf8'), 't\n')
    assert.deepEqual([existsSync(join(root, 'etc/x')), readdirSync(join(root, 'tmp'))], [false, []])
  })

  it('writes to the tree where it may', async () => {
    await sh('echo yes >/etc/x')
    assert.equal(readFileSync(join(root, 'etc/x'), 'utf8'), 'yes\n')
  })

  it('shows dracut modules beside those of the image, over older ones, and leaves the tree alone', async () => {
    const modules = join(root, 'usr/lib/dracut/modules.d')
    mkdirSync(join(modules, '95luna'))
    writeFileSync(join(modules, '95luna/leftover'), '')
    mkdirSync(join(place.path, 'ours/95luna'), { recursive: true })
    writeFileSync(join(place.path, 'ours/95luna/module-setup.sh'), '')
    const more = { readOnly: true, dracutModules: join(place.path, 'ours') }
    const { stdout } = await sh('cd /usr/lib/dracut/modules.d; echo *; echo 95luna/*', more)
    assert.equal(stdout, '95luna 95old\n95luna/module-setup.sh\n')
    assert.deepEqual(readdirSync(join(modules, '95luna')), ['leftover'])
  })

  it('does not follow a link out of the tree', async () => {
    rmSync(join(root, 'run'), { recursive: true })
    symlinkSync('/run', join(root, 'run'))
    const { status, stderr } = await sh('echo no')
    assert.deepEqual([status, stderr], [125, 'the image has no directory /run\n'])
  })

  it('mounts where links of the tree lead inside it, relative and absolute ones', async () => {
    const moved = ['tmp', 'run', 'usr/lib/dracut', 'etc']
    mkdirSync(join(root, 'data'))
    for (const [index, path] of moved.entries()) {
      renameSync(join(root, path), join(root, `data/${index}`))
      symlinkSync(index === 0 ? 'data/0' : `/data/${index}`, join(root, path))
    }
    writeFileSync(join(root, 'data/3/resolv.conf'), '')
    mkdirSync(join(place.path, 'ours/95luna'), { recursive: true })
    const text = 'echo t >/tmp/t; cd /usr/lib/dracut/modules.d; echo *; cat /etc/resolv.conf'
    const work = join(place.path, 'work')
    const { stdout } = await sh(text, {
      readOnly: true,
      work,
      dracutModules: join(place.path, 'ours'),
      resolvesNames: true,
    })
    assert.equal(stdout, `95luna 95old\n${readFileSync('/etc/resolv.conf', 'utf8')}`)
    assert.equal(readFileSync(join(work, 'tmp/t'), 'utf8'), 't\n')
  })

  const links = ['/run/a/b.conf', '../run/a/b.conf', '/var/run/a/b.conf', '../var/run/a/b.conf', 'other.conf']
  for (const link of links) {
    it(`resolves names as on this machine where resolv.conf is a link to ${link}`, async () => {
      mkdirSync(join(root, 'var'))
      symlinkSync('../run', join(root, 'var/run'))
      writeFileSync(join(root, 'etc/other.conf'), 'of the image')
      symlinkSync(link, join(root, 'etc/resolv.conf'))
      const { stdout } = await sh('cat /etc/resolv.conf', { resolvesNames: true })
      assert.equal(stdout, readFileSync('/etc/resolv.conf', 'utf8'))
      assert.equal(readFileSync(join(root, 'etc/other.conf'), 'utf8'), 'of the image')
      assert.deepEqual(readdirSync(join(root, 'run')), [])
    })
  }

  it('gives what is installed the usual modes whatever the umask', async () => {
    const before = process.umask(0o077)
    try {
      assert.equal((await sh('umask')).stdout, '0022\n')
    } finally {
      process.umask(before)
    }
  })
})

describe('insideCommand', () => {
  it('hands over names as they are', async () => {
    const { program, args } = await insideCommand({ root: '/a; rm -rf "$HOME"' }, 'sh', ['$(x)'])
    assert.deepEqual(
      [program, args.at(-1), args.includes('--chdir=/a; rm -rf "$HOME"')],
      ['setpriv', '$(x)', true],
    )
  })
})

function isSame(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other)]
  return a.dev === b.dev && a.ino === b.ino
}

/** Processes that run inside the tree, and mounts of it. */
function traces(root: string): string {
  const inside = readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && isSame(`/proc/${pid}/root`, root)
    } catch {
      return false
    }
  })
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(root))
  return [...inside, ...mounts].join('\n')
}
