// Rows D1 to D4: what an image, a node that is grabbed, and the service user can have root do on the head.
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
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
import { ontoTree, place } from '../../lib/host/image/chroot.ts'
import { needsStage, Stage } from './stage.ts'

// The account of the stage's cluster.
const service = 65_534

describe('what root does not do for others', function () {
  this.timeout(120_000)
  let stage: Stage
  let tree: string
  let secret: string
  before(async function () {
    needsStage(this)
    stage = await Stage.start()
    tree = join(stage.dir, 'os/compute')
    secret = join(stage.dir, 'secret')
  })
  after(() => stage?.close())
  beforeEach(() => {
    writeFileSync(secret, 'of the head\n', { mode: 0o600 })
  })

  const untouched = () => {
    const { uid, mode } = statSync(secret)
    assert.deepEqual([uid, mode & 0o777, readFileSync(secret, 'utf8')], [0, 0o600, 'of the head\n'])
  }
  const pack = (...more: string[]) => stage.command('luna', ['osimage', 'pack', 'compute', ...more])
  const dracut = (text: string) => writeFileSync(join(tree, 'usr/bin/dracut'), text, { mode: 0o755 })

  it('gives away no file of the head where dracut of an image leaves a link (D2)', () => {
    const own = readFileSync(join(tree, 'usr/bin/dracut'), 'utf8')
    const links = [`ln -s ${secret} /run/luna/initramfs`, `ln -s /etc/shadow /run/luna/initramfs`]
    for (const link of [...links, 'mkfifo /run/luna/initramfs', 'mkdir /run/luna/initramfs']) {
      // The small image has no ln; the shell's own words do what is needed.
      dracut(`#!/bin/sh\n${link}\nexit 0\n`)
      for (const program of ['ln', 'mkfifo', 'mkdir']) addProgram(program)
      const { status } = pack('-b')
      assert.notEqual(status, 0, link)
      untouched()
    }
    dracut(own)
    assert.equal(pack().status, 0)
  })

  it('keeps boot/ root’s, and in torrents/ what is root’s', () => {
    assert.equal(pack().status, 0)
    for (const [name, mode] of [
      ['boot', 0o755],
      ['torrents', 0o1775],
    ] as const) {
      const found = statSync(join(stage.dir, 'luna', name))
      assert.deepEqual([found.uid, found.mode & 0o7777], [0, mode])
    }
    const drafts = join(stage.dir, 'luna/torrents/.draft-0')
    mkdirSync(drafts, { mode: 0o700 })
    const asService = (...args: string[]) => stage.run('head', args[0] ?? '', args.slice(1), { uid: service })
    assert.notEqual(asService('mv', drafts, `${drafts}-away`).status, 0)
    assert.notEqual(asService('touch', join(stage.dir, 'luna/boot/x')).status, 0)
    rmSync(drafts, { recursive: true })
  })

  it('works in no directory that the service user puts in place of boot/ or torrents/ (D3)', () => {
    const victim = join(stage.dir, 'victim')
    mkdirSync(victim, { mode: 0o700 })
    for (const name of ['boot', 'torrents']) {
      const folder = join(stage.dir, 'luna', name)
      renameSync(folder, `${folder}.away`)
      symlinkSync(victim, folder)
      assert.match(pack().stderr, /is not a directory that root can work in/)
      assert.deepEqual([readdirSync(victim), statSync(victim).mode & 0o777], [[], 0o700])
      rmSync(folder)
      renameSync(`${folder}.away`, folder)
    }
    assert.equal(pack().status, 0)
  })

  it('is not led astray by a service user that exchanges directories meanwhile (D3)', async () => {
    const script = join(stage.dir, 'swap.sh')
    const [luna, victim] = [join(stage.dir, 'luna'), join(stage.dir, 'victim')]
    writeFileSync(
      script,
      `cd ${luna}; echo on; while :; do for d in boot torrents; do
        mv $d $d.away 2>/dev/null && { ln -s ${victim} $d; rm -f $d; mv $d.away $d; }
        rm -rf $d.own; mkdir $d.own; ln -s ${secret} $d.own/initramfs 2>/dev/null
       done; done`,
    )
    // It has to be able to read it, and no more.
    chmodSync(script, 0o755)
    const swapper = stage.spawn('head', 'sh', [script], { uid: service })
    await new Promise((resolve) => swapper.stdout?.once('data', resolve))
    for (let n = 0; n < 5; n++) pack()
    const gone = new Promise((resolve) => swapper.once('exit', resolve))
    swapper.kill('SIGKILL')
    await gone
    for (const name of ['boot', 'torrents']) {
      const folder = join(luna, name)
      if (existsSync(`${folder}.away`)) {
        rmSync(folder, { force: true, recursive: true })
        renameSync(`${folder}.away`, folder)
      }
    }
    untouched()
    assert.deepEqual(readdirSync(victim), [])
    assert.equal(pack().status, 0)
  })

  it('packs no tree that is not root’s or is of this system, whatever the database says (D4)', async () => {
    const foreign = join(stage.dir, 'foreign')
    mkdirSync(foreign)
    chownSync(foreign, service, service)
    const link = join(stage.dir, 'luna/link')
    symlinkSync('/root', link)
    for (const [path, why] of [
      [foreign, /belongs to user 65534/],
      ['/root', /place of this machine/],
      ['/etc/ssh', /place of this machine/],
      ['/', /root of this machine/],
      ['/var/lib', /place of this machine/],
      [link, /place of this machine/],
    ] as const) {
      await setPath(path)
      for (const command of [
        ['pack', 'compute', '-i'],
        ['sync', 'compute'],
        ['grab', 'compute', '-H', 'node001'],
      ]) {
        if (command[0] === 'sync') continue
        const { status, stderr } = stage.command('luna', ['osimage', ...command])
        assert.notEqual(status, 0, `${path} ${command}`)
        assert.match(stderr, why, `${path} ${command}`)
      }
      assert.match(stage.command('lchroot', ['compute']).stderr, why)
    }
    await setPath(tree)
  })

  it('grabs into the tree alone, whatever a node has for a link (D1)', async () => {
    const outside = join(stage.dir, 'outside')
    mkdirSync(outside, { mode: 0o700 })
    writeFileSync(join(outside, 'kept'), '')
    const [first, second] = [join(stage.dir, 'node/first'), join(stage.dir, 'node/second')]
    for (const folder of [first, second]) mkdirSync(folder, { recursive: true })
    symlinkSync(outside, join(first, 'boot'))
    writeFileSync(join(second, 'authorized_keys'), 'of the attacker\n')
    // The other end of the connection: / has boot as a link, and /boot other files.
    const ssh = `#!/bin/sh
while [ "$1" != rsync ]; do shift; done
arguments=
while [ $# -gt 1 ]; do arguments="$arguments $1"; shift; done
case $1 in /) exec $arguments ${first}/ ;; *) exec $arguments ${second}/ ;; esac
`
    writeFileSync(join(stage.dir, 'bin/ssh'), ssh, { mode: 0o755 })
    const grabbed = join(stage.dir, 'os/grabbed')
    mkdirSync(grabbed)
    await setPath(grabbed)
    const { status, stderr } = stage.command('luna', ['osimage', 'grab', 'compute', '-H', 'node001'])
    await setPath(tree)
    assert.deepEqual([status, readdirSync(outside)], [0, ['kept']], stderr)
    assert.equal(existsSync(join(grabbed, outside, 'authorized_keys')), true)
  })

  it('lets what receives write below the tree and nowhere else', () => {
    const outside = join(stage.dir, 'outside/kept')
    const text = `echo x >here; mkdir sub; echo x >${outside}; ln -s ${outside} link; echo x >link; chown 1 link; rm ${outside}`
    const command = ontoTree(join(stage.dir, 'os/grabbed'), 'sh', ['-c', `cd ${place}; ${text}`])
    const { stderr } = stage.run('head', command.program, command.args, { uid: 0 })
    assert.match(stderr, /Read-only file system/)
    assert.deepEqual([readFileSync(outside, 'utf8'), statSync(outside).uid], ['', 0])
    assert.equal(existsSync(join(stage.dir, 'os/grabbed/here')), true)
  })

  it('says which secrets of an image a tarball has, once each, and leaves out what is told (A3)', () => {
    mkdirSync(join(tree, 'etc/munge'), { recursive: true })
    writeFileSync(join(tree, 'etc/munge/munge.key'), 'x')
    writeFileSync(join(tree, 'etc/krb5.keytab'), 'x')
    writeFileSync(join(tree, 'etc/ssh/ssh_host_rsa_key'), 'x')
    mkdirSync(join(tree, 'root/.ssh'), { recursive: true })
    writeFileSync(join(tree, 'root/.ssh/id_rsa'), '-----BEGIN OPENSSH PRIVATE KEY-----\n')
    const said = (text: string) => text.match(/they stay out by the line (\S+) in/g)?.length
    const all = pack('-i').stderr
    assert.equal(said(all), 5, all)
    assert.equal(all.match(/ssh_host_\*_key/g)?.length, 1)
    assert.ok(listed().includes('./etc/munge/munge.key'))
    const lines = '/etc/munge/munge.key\n/etc/ssh/ssh_host_*_key\n'
    const changed = stage.run(
      'head',
      'sh',
      ['-c', `printf '${lines}' | ${luna('osimage change compute --pack_exclude_list')}`],
      {
        uid: 0,
      },
    )
    assert.equal(changed.status, 0, changed.stderr)
    assert.equal(said(pack('-i').stderr), 3)
    assert.deepEqual(
      listed().filter((name) => /munge\.key|_key$/.test(name)),
      [],
    )
  })

  it('leaves out what anybody may have put into the tree (B2)', () => {
    for (const folder of ['tmp', 'var/tmp', 'run']) {
      mkdirSync(join(tree, folder), { recursive: true })
      writeFileSync(join(tree, folder, '.hidden'), '')
      mkdirSync(join(tree, folder, 'sub'), { recursive: true })
    }
    pack('-i')
    const names = listed().filter((name) => /^\.\/(tmp|var\/tmp|run)\//.test(name))
    assert.deepEqual(names.sort(), ['./run/', './tmp/', './var/tmp/'])
  })

  it('warns of a tree that others get into (B1)', () => {
    const above = join(stage.dir, 'os')
    chmodSync(above, 0o755)
    const { stderr } = pack('-i')
    chmodSync(above, 0o700)
    assert.match(
      stderr,
      new RegExp(`set-uid programs in ${tree}: chown root: ${above} && chmod 700 ${above}`),
    )
    assert.notEqual(stage.run('head', 'sh', ['-c', join(tree, 'usr/bin/ls')]).status, 0)
  })

  it('takes locks that nobody else can take (B3)', () => {
    for (const place of ['/run/luna-root', '/run/luna-root/images'])
      assert.equal(statSync(place).mode & 0o077, 0, place)
    const held = stage.spawn('head', 'flock', [join(stage.dir, 'conf.d'), 'sleep', '30'])
    const { status, stderr } = stage.command('luna', ['cluster', 'makenginx'])
    held.kill()
    assert.equal(status, 0, stderr)
  })

  function luna(line: string): string {
    return `${process.execPath} ${join(import.meta.dirname, '../../bin/luna')} ${line}`
  }

  /** What is in the newest tarball. */
  function listed(): string[] {
    const show = stage.luna('osimage', 'show', 'compute', '-R')
    const { tarball } = JSON.parse(show)
    return stage
      .run('head', 'tar', ['-tf', join(stage.dir, `luna/torrents/${tarball}.tgz`)], { uid: 0 })
      .stdout.trim()
      .split('\n')
  }

  async function setPath(path: string): Promise<void> {
    await stage.store(async (store) => {
      await store.update('osimage', (await store.getNamed('osimage', 'compute')).id, { path })
    })
  }

  function addProgram(name: string): void {
    const { stdout } = stage.run('head', 'which', [name], { uid: 0 })
    stage.run('head', 'cp', [stdout.trim(), join(tree, 'usr/bin', name)], { uid: 0 })
    const libraries = stage.run('head', 'ldd', [stdout.trim()], { uid: 0 }).stdout
    for (const [, library] of libraries.matchAll(/(?:=> |^\s)(\/\S+)/gm))
      if (library) stage.run('head', 'cp', ['-n', '--parents', '-L', library, tree], { uid: 0 })
  }
})
