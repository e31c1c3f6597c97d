// The tree goes through the tarball and comes out as it was.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { LunaError } from '../../lib/error.ts'
import { makeTarball, tarArguments } from '../../lib/host/image/tarball.ts'
import { needsRoot } from './as-root.ts'
import { type Place, temporaryPlace } from './small-image.ts'

describe('makeTarball', () => {
  let place: Place
  let root: string
  beforeEach(() => {
    place = temporaryPlace()
    root = join(place.path, 'tree')
    mkdirSync(root)
  })
  afterEach(() => place.remove())

  it('keeps owners, modes, links, holes, attributes, ACLs, capabilities and odd names', async function () {
    needsRoot(this)
    fill(root)
    await pack('a.tgz')
    const copy = join(place.path, 'copy')
    mkdirSync(copy)
    const unpack = ['--xattrs', '--xattrs-include=*', '--acls', '--numeric-owner', '-C', copy]
    execFileSync('tar', ['-xzf', join(place.path, 'a.tgz'), ...unpack])
    assert.equal(manifest(copy), manifest(root))
    assert.ok(statSync(join(copy, 'sparse')).blocks < 100, 'the hole is a hole again')
    assert.equal(statSync(join(copy, 'one')).ino, statSync(join(copy, 'two')).ino)
  })

  it('gives the same bytes for the same tree', async () => {
    writeFileSync(join(root, 'file'), 'text')
    mkdirSync(join(root, 'dir'))
    execFileSync('truncate', ['-s', '5M', join(root, 'sparse')])
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept', join(root, 'file')])
    await pack('a.tgz')
    readFileSync(join(root, 'file'))
    await pack('b.tgz')
    assert.equal(digest('a.tgz'), digest('b.tgz'))
  })

  it('has everything, whatever options for tar and its compressor are in the environment', async () => {
    writeFileSync(join(root, 'file'), 'text')
    await pack('a.tgz')
    Object.assign(process.env, { TAR_OPTIONS: '--exclude=*', GZIP: '-1', PIGZ: '-1' })
    try {
      await pack('b.tgz')
    } finally {
      for (const name of ['TAR_OPTIONS', 'GZIP', 'PIGZ']) delete process.env[name]
    }
    assert.equal(digest('b.tgz'), digest('a.tgz'))
  })

  it('leaves sockets out and says so', async () => {
    const server = createServer().listen(join(root, 'socket'))
    await new Promise((done) => server.once('listening', done))
    const { excluded } = await pack('a.tgz')
    server.close()
    assert.deepEqual(excluded, ['./socket'])
  })

  it('leaves out what is mounted in the tree, but not the place it is mounted at', async function () {
    needsRoot(this)
    mkdirSync(join(root, 'mnt'))
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(root, 'mnt')])
    try {
      writeFileSync(join(root, 'mnt/secret'), 'x')
      await pack('a.tgz')
    } finally {
      execFileSync('umount', [join(root, 'mnt')])
    }
    const names = execFileSync('tar', ['-tzf', join(place.path, 'a.tgz')], { encoding: 'utf8' })
    assert.deepEqual(names.trim().split('\n'), ['./', './mnt/'])
  })

  it('is told in one sentence when the tree is not there', async () => {
    const broken = makeTarball({
      root: join(place.path, 'none'),
      file: join(place.path, 'a.tgz'),
      compress: 'gzip',
    })
    await assert.rejects(broken, (error) => error instanceof LunaError && error.code === 'failed')
  })

  it('ends tar when it is interrupted', async () => {
    writeFileSync(join(root, 'big'), Buffer.alloc(64 * 2 ** 20, 'not very random'))
    const interrupt = new AbortController()
    const packing = makeTarball({
      ...{ root, file: join(place.path, 'a.tgz'), compress: 'gzip', signal: interrupt.signal },
      onBytes: () => interrupt.abort(),
    })
    await assert.rejects(packing, /was ended/)
    const running = spawnSync('pgrep', ['-f', `tar --create --file ${place.path}`], { encoding: 'utf8' })
    assert.equal(running.stdout, '')
  })

  it('tells how far it is', async () => {
    writeFileSync(join(root, 'big'), Buffer.alloc(16 * 2 ** 20))
    execFileSync('cp', ['--sparse=never', join(root, 'big'), join(root, 'bigger')])
    writeFileSync(join(root, 'full'), Buffer.alloc(16 * 2 ** 20, 'x'))
    const told: number[] = []
    await makeTarball({
      root,
      file: join(place.path, 'a.tgz'),
      compress: 'gzip',
      onBytes: (n) => told.push(n),
    })
    assert.ok(told.length >= 3)
    assert.deepEqual(
      told,
      told.toSorted((a, b) => a - b),
    )
  })

  function pack(name: string): Promise<{ excluded: string[] }> {
    return makeTarball({ root, file: join(place.path, name), compress: 'gzip' })
  }

  function digest(name: string): string {
    return createHash('sha1')
      .update(readFileSync(join(place.path, name)))
      .digest('hex')
  }
})

describe('tarArguments', () => {
  it('hands over paths as they are', () => {
    const args = tarArguments({ root: '/a b', file: '/$(c)' }, 'gzip -n')
    assert.ok(args.includes('/a b') && args.includes('/$(c)'))
  })
})

function fill(root: string): void {
  const run = (...args: [string, ...string[]]) => execFileSync(args[0], args.slice(1), { cwd: root })
  writeFileSync(join(root, 'one'), 'linked')
  run('ln', 'one', 'two')
  run('ln', '-s', 'no such file', 'dangling link')
  run('truncate', '-s', '50M', 'sparse')
  writeFileSync(join(root, 'a "name" with \'quotes\',\nnewline and ümlaut'), 'odd')
  writeFileSync(join(root, '-rf'), 'an option?')
  mkdirSync(join(root, 'sticky'), { mode: 0o1777 })
  run('chmod', '1777', 'sticky')
  writeFileSync(join(root, 'setuid'), '', { mode: 0o755 })
  run('chown', '4711:4712', 'setuid')
  run('chmod', '6755', 'setuid')
  run('cp', '/bin/true', 'capable')
  run('setcap', 'cap_net_raw+ep', 'capable')
  run('setfacl', '-m', 'u:4711:r', 'one')
  run('setfacl', '-d', '-m', 'g:4712:rx', 'sticky')
  run('setfattr', '-n', 'user.note', '-v', 'kept', 'one')
  run('mknod', 'device', 'c', '1', '3')
  run('mkfifo', 'fifo')
}

/** Everything that is to come out as it went in, as text. */
function manifest(root: string): string {
  const find = ['.', '-printf', '%y %m %U:%G %s %T@ %n %l %p\\n']
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: root, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  // Sizes of directories are the file system's own business.
  const files = run('find', ...find).replace(/^(d \S+ \S+) \d+/gm, '$1')
  const attributes = run('getfattr', '-R', '-h', '-d', '-m', '-', '-e', 'hex', '.')
  const acls = run('getfacl', '-R', '-n', '.')
  return [files.split('\n').sort().join('\n'), attributes, acls].join('\n')
}
