// Packing for real, of the smallest tree that there is; dracut is one that only writes
// down how it was called.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { LunaError } from '../../lib/error.ts'
import { dbVersion } from '../../lib/object/cluster.ts'
import type { Id } from '../../lib/object/field.ts'
import type { Card } from '../../lib/object/net/card.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { driverOf, driversFile, readDrivers } from '../../lib/task/image/card-drivers.ts'
import { packOsimage } from '../../lib/task/image/pack.ts'
import { bootNames, dracutArguments } from '../../lib/task/image/pack-boot.ts'
import type { PackProgress } from '../../lib/task/image/pack-job.ts'
import { needsRoot } from '../host/as-root.ts'
import {
  addListing,
  addScript,
  makeSmallImage,
  type Place,
  temporaryPlace,
  wholeInitramfs,
} from '../host/small-image.ts'

describe('packOsimage', () => {
  let place: Place
  let store: Store
  let root: string
  let id: Id
  before(function () {
    needsRoot(this)
  })
  beforeEach(async () => {
    place = temporaryPlace()
    chmodSync(place.path, 0o755)
    // Whoever gets in there could run the image's set-uid programs.
    mkdirSync(join(place.path, 'os'), { mode: 0o700 })
    root = join(place.path, 'os/root')
    makeSmallImage(root)
    store = openMemoryStore()
    const settings = {
      path: place.path,
      user: 'nobody',
      frontend_address: '127.0.0.1',
      torrent_pidfile: `${place.path}/pid`,
    }
    await store.insert('cluster', { name: 'general', ...settings, db_version: dbVersion })
    id = await store.insert('osimage', { name: 'compute', path: root, kernver: '1' })
  })
  afterEach(async () => {
    await store?.close()
    place?.remove()
  })

  const files = (folder: string) => readdirSync(join(place.path, folder)).sort()
  const pack = (what: 'all' | 'tree' | 'boot', copyBoot = false) =>
    packOsimage(store, { name: 'compute', what, copyBoot })

  it('makes tarball, torrent, kernel and initramfs, and tells the store', async () => {
    const { change, untold } = await pack('all')
    const image = await store.get('osimage', id)
    assert.deepEqual({ ...image, ...change }, image)
    assert.deepEqual(files('torrents'), ofTorrents(image))
    assert.deepEqual(files('boot'), ['compute-initramfs-1', 'compute-vmlinuz-1'])
    assert.equal(readFileSync(join(place.path, 'boot', image.kernfile ?? ''), 'utf8'), 'a kernel')
    assert.match(untold.join(), /^ltorrent does not run/)
  })

  it('gives tarball and torrent to the user of the cluster, and what boots to root, for all to read', async () => {
    const { change } = await pack('all')
    const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }))
    for (const file of [
      `torrents/${change.tarball}.tgz`,
      `torrents/${change.torrent}.torrent`,
      `boot/${change.kernfile}`,
      `boot/${change.initrdfile}`,
    ]) {
      const { mode, uid } = statSync(join(place.path, file))
      assert.deepEqual([mode & 0o7777, uid], [0o644, file.startsWith('boot/') ? 0 : nobody], file)
    }
  })

  it('names the torrent’s tarball, tracker and web seed as nodes will find them', async () => {
    const { change } = await pack('tree')
    const said = execFileSync('aria2c', ['-S', join(place.path, `torrents/${change.torrent}.torrent`)], {
      encoding: 'utf8',
    })
    assert.ok(said.includes(`Comment: ${change.torrent}\n`))
    assert.ok(said.includes(`Name: ${change.tarball}.tgz\n`))
    assert.ok(said.includes(' http://127.0.0.1:7050/announce\n'))
    assert.ok(said.includes(` http://127.0.0.1:7050/torrents/${change.tarball}.tgz\n`))
  })

  it('has dracut make an initramfs for any node, with Luna’s module, and leaves the tree as it was', async () => {
    await store.update('osimage', id, { dracutmodules: 'luna,-i18n', kernmodules: 'ipmi_si,-nouveau' })
    addListing(root, [...wholeInitramfs, 'lib/modules/1/kernel/ipmi_si.ko.xz'])
    const before = listing(root)
    const { change } = await pack('boot')
    const said = readFileSync(join(place.path, 'boot', change.initrdfile ?? ''), 'utf8')
    assert.match(
      said,
      /--force --no-hostonly .*--kver 1 --add luna --omit i18n --add-drivers ipmi_si --omit-drivers nouveau/,
    )
    assert.match(said, /^95luna$/m)
    assert.equal(listing(root), before)
  })

  it('puts down beside the initramfs which cards it has drivers for, as long as that is known', async () => {
    const library = join(root, 'lib/modules/1')
    mkdirSync(library, { recursive: true })
    const driver = 'kernel/drivers/net/e1000.ko'
    writeFileSync(join(library, 'modules.dep'), `${driver}:\n`)
    writeFileSync(join(library, 'modules.alias'), 'alias pci:v00008086d0000100Esv*sd*bc*sc*i* e1000\n')
    addListing(root, [...wholeInitramfs, `lib/modules/1/${driver}`])
    const { change, files: told } = await pack('boot')
    const names = ['compute-initramfs-1', 'compute-initramfs-1.drivers', 'compute-vmlinuz-1']
    assert.deepEqual(files('boot'), names)
    assert.equal(told.length, 2)
    const initramfs = join(place.path, 'boot', change.initrdfile ?? '')
    const { mode, uid } = statSync(driversFile(initramfs))
    assert.deepEqual([mode & 0o7777, uid], [0o644, 0])
    const placeOf = async () => {
      const packed = await readDrivers(initramfs)
      return packed && driverOf(packed.drivers, '8086:100e' as Card)?.place
    }
    assert.equal(await placeOf(), 'initramfs')
    addListing(root, wholeInitramfs)
    await pack('boot')
    assert.equal(await placeOf(), 'image')
    rmSync(library, { recursive: true })
    await pack('boot')
    assert.deepEqual(files('boot'), ['compute-initramfs-1', 'compute-vmlinuz-1'])
  })

  it('says so where nodes would not share the image', async () => {
    addListing(
      root,
      wholeInitramfs.filter((file) => file !== 'luna/ltorrent-swarm'),
    )
    assert.match(
      (await pack('boot')).warnings.join('\n'),
      /has neither libtorrent nor aria2: nodes take the image/,
    )
    addListing(root, [...wholeInitramfs, 'usr/bin/aria2c'])
    assert.doesNotMatch((await pack('boot')).warnings.join('\n'), /libtorrent/)
  })

  it('takes the initramfs of the image when asked to', async () => {
    const { change } = await pack('boot', true)
    assert.equal(
      readFileSync(join(place.path, 'boot', change.initrdfile ?? ''), 'utf8'),
      'an initramfs of its own',
    )
  })

  it('compresses with zstd when told to, or when nodes can surely read it', async () => {
    writeFileSync(join(root, 'usr/bin/zstd'), '')
    const magic = async (what: 'all' | 'tree', compression: string) => {
      await store.update('osimage', id, { compression })
      const { tarball } = (await pack(what)).change
      return readFileSync(join(place.path, `torrents/${tarball}.tgz`))
        .subarray(0, 2)
        .toString('hex')
    }
    assert.equal(await magic('tree', 'auto'), '1f8b', 'the initramfs that nodes have may not know zstd')
    assert.equal(await magic('all', 'auto'), '28b5')
    assert.equal(await magic('tree', 'auto'), '28b5', 'it knew the last one')
    assert.equal(await magic('all', 'gzip'), '1f8b')
    assert.equal(await magic('tree', 'zstd'), '28b5')
  })

  it('refuses zstd for an image that has none', async () => {
    await store.update('osimage', id, { compression: 'zstd' })
    await assert.rejects(pack('tree'), /cannot be compressed with zstd/)
  })

  for (const [what, files, lacks] of [
    [
      'the luna module',
      wholeInitramfs.filter((file) => !file.startsWith('luna/')),
      /it lacks the dracut module luna$/,
    ],
    ['curl', wholeInitramfs.filter((file) => !file.endsWith('curl')), /it lacks curl$/],
    ['gzip', wholeInitramfs.filter((file) => !file.endsWith('gzip')), /it lacks gzip$/],
    ['tar', wholeInitramfs.filter((file) => !file.endsWith('tar')), /it lacks tar$/],
    ['ip', wholeInitramfs.filter((file) => !file.endsWith('/ip')), /it lacks ip$/],
    ['a driver that was asked for', wholeInitramfs, /it lacks the driver nosuchdriver$/],
  ] as const) {
    it(`publishes no initramfs without ${what}, though dracut ends with status 0`, async () => {
      const { change } = await pack('all')
      if (what.includes('driver')) await store.update('osimage', id, { kernmodules: 'nosuchdriver,-nouveau' })
      addListing(root, files)
      writeFileSync(join(root, 'boot/vmlinuz-1'), 'another kernel')
      await assert.rejects(pack('boot'), (error) => {
        assert.ok(error instanceof LunaError)
        assert.match(error.why ?? '', lacks)
        return true
      })
      await nothingNew(change)
    })
  }

  it('warns of an initramfs of the image that cannot install nodes', async () => {
    addListing(root, [])
    const { warnings } = await pack('boot', true)
    assert.match(
      warnings[0] ?? '',
      /cannot install themselves.*lacks the dracut module luna, bash, curl, ip, tar, gzip/,
    )
  })

  it('does not take what nodes may miss for a seeder that could not be told', async () => {
    const { warnings, untold } = await pack('boot')
    assert.ok(warnings.every((text) => /^the kernel of osimage "compute" has no ipmi_/.test(text)))
    assert.deepEqual([warnings.length, untold.length], [3, 1])
  })

  it('packs while nobody works in the image', async () => {
    mkdirSync(join(root, 'tmp'), { recursive: true })
    writeFileSync(join(root, 'tmp/lchroot.lock'), '')
    await assert.rejects(pack('tree'), /somebody is in osimage "compute" already/)
    rmSync(join(root, 'tmp/lchroot.lock'))
    await pack('tree')
  })

  it('finds who works in an image whose /tmp is a link, where it leads in the image', async () => {
    rmSync(join(root, 'tmp'), { recursive: true })
    symlinkSync('/scratch', join(root, 'tmp'))
    mkdirSync(join(root, 'scratch'))
    writeFileSync(join(root, 'scratch/lchroot.lock'), '')
    await assert.rejects(pack('tree'), { fix: new RegExp(`rm ${root}/scratch/lchroot\\.lock$`) })
    rmSync(join(root, 'scratch'), { recursive: true })
  })

  it('packs a tree whose /tmp is a circle of links', async () => {
    rmSync(join(root, 'tmp'), { recursive: true })
    symlinkSync('tmp', join(root, 'tmp'))
    await pack('tree')
  })

  it('packs a tree whose path is a link, knowing its size', async () => {
    symlinkSync(root, join(place.path, 'latest'))
    await store.update('osimage', id, { path: join(place.path, 'latest') })
    const totals = new Set<number | undefined>()
    await packOsimage(
      store,
      { name: 'compute', what: 'tree' },
      { progress: ({ phase, total }) => phase === 'tarball' && totals.add(total) },
    )
    assert.ok([...totals].every((total) => total && total > 0))
  })

  it('lets nodes fetch what was packed under a strict umask', async () => {
    const before = process.umask(0o077)
    try {
      await pack('all')
    } finally {
      process.umask(before)
    }
    const rights = ['boot', 'torrents'].map((folder) => statSync(join(place.path, folder)))
    // The seeder may remove in torrents/ what is its own, and nothing of root's.
    assert.deepEqual(
      rights.map(({ mode, uid }) => [mode & 0o7777, uid]),
      [
        [0o755, 0],
        [0o1775, 0],
      ],
    )
  })

  it('packs one half and leaves the other as it is', async () => {
    const first = (await pack('all')).change
    const second = (await pack('tree')).change
    const image = await store.get('osimage', id)
    assert.deepEqual([image.kernfile, image.tarball], [first.kernfile, second.tarball])
    assert.notEqual(first.tarball, second.tarball)
    assert.ok(
      existsSync(join(place.path, `torrents/${first.tarball}.tgz`)),
      'nodes may still be downloading it',
    )
  })

  it('changes nothing when dracut fails, and says what dracut said', async () => {
    const { change } = await pack('all')
    addScript(root, 'dracut', '#!/bin/sh\necho "dracut: module luna cannot be found" >&2\nexit 3\n')
    writeFileSync(join(root, 'boot/vmlinuz-1'), 'another kernel')
    await assert.rejects(pack('all'), (error) => {
      assert.ok(error instanceof LunaError)
      assert.match(error.why ?? '', /exit status 3.*\n.*module luna cannot be found/)
      return true
    })
    await nothingNew(change)
  })

  it('changes nothing when the store fails at the end', async () => {
    const { change } = await pack('all')
    writeFileSync(join(root, 'boot/vmlinuz-1'), 'another kernel')
    const broken: Store = Object.assign(Object.create(store), {
      transaction: () => Promise.reject(new LunaError('unavailable', 'gone', { fix: null })),
    })
    await assert.rejects(packOsimage(broken, { name: 'compute', what: 'all' }), /gone/)
    await nothingNew(change)
  })

  it('says so where the image is changed while it is packed', async () => {
    const progress = () => void store.update('osimage', id, { kernver: '2', comment: 'x' })
    const { warnings } = await packOsimage(store, { name: 'compute', what: 'tree' }, { progress })
    assert.equal(
      warnings[0],
      'kernver of osimage compute was changed while it was packed: luna osimage pack compute',
    )
  })

  it('changes nothing when it is interrupted', async () => {
    const { change } = await pack('all')
    addScript(root, 'dracut', '#!/bin/sh\necho "dracut: *** Waiting ***"\nsleep 4711\n')
    const interrupt = new AbortController()
    const progress = (at: PackProgress) => at.detail === 'Waiting' && interrupt.abort()
    const packing = packOsimage(
      store,
      { name: 'compute', what: 'all' },
      { signal: interrupt.signal, progress },
    )
    await assert.rejects(packing, /was ended|no initramfs/)
    await nothingNew(change)
  })

  it('leaves only drafts when it is killed, and the next one clears them away', async () => {
    addScript(
      root,
      'dracut',
      '#!/bin/sh\necho "dracut: *** Waiting ***"\necho half >/run/luna/initramfs\nsleep 4711\n',
    )
    const child = packElsewhere(place.path, root)
    await once(child.stdout, 'data')
    await assert.rejects(pack('tree'), /is being worked on already: packed by process \d+ since/)
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.deepEqual(
      files('boot').filter((name) => !name.startsWith('.draft-')),
      [],
    )
    assert.equal(readFileSync('/proc/self/mounts', 'utf8').includes(root), false)
    rmSync(join(place.path, 'boot'), { recursive: true })
    makeSmallImage(root)
    mkdirSync(join(place.path, 'boot/.draft-of-one-that-is-gone/old'), { recursive: true })
    mkdirSync(join(place.path, `boot/.draft-${id}/old`), { recursive: true })
    await eventually(() => pack('boot'))
    assert.deepEqual(files('boot'), ['compute-initramfs-1', 'compute-vmlinuz-1'])
  })

  it('tells how far it is', async () => {
    const seen: string[] = []
    await packOsimage(
      store,
      { name: 'compute', what: 'all' },
      { progress: ({ phase, detail }) => seen.push(detail ?? phase) },
    )
    assert.deepEqual(
      seen.filter((one, index) => one !== seen[index - 1]),
      ['initramfs', 'Including module: luna', 'publish'],
    )
  })

  const refusals: [string, () => unknown, RegExp, 'tree'?][] = [
    [
      'an image that there is none of',
      () => store.update('osimage', id, { name: 'other' }),
      /osimage.*compute/,
    ],
    [
      'an image without a tree',
      () => rmSync(root, { recursive: true }),
      /tree of osimage "compute" is not there/,
    ],
    ['an image without the kernel', () => rmSync(join(root, 'boot/vmlinuz-1')), /has no boot\/vmlinuz-1/],
    ['a kernel that is empty', () => writeFileSync(join(root, 'boot/vmlinuz-1'), ''), /vmlinuz-1 is empty/],
    ['an image without dracut', () => rmSync(join(root, 'usr/bin/dracut')), /has no dracut/],
    [
      'a kernel version that is a path',
      () => store.update('osimage', id, { kernver: '../../etc' }),
      /no kernel version/,
    ],
    [
      'a tree with nothing in it',
      () => store.update('osimage', id, { path: mkdtempSync(join(place.path, 'empty-')) }),
      /nothing in the tree/,
      'tree',
    ],
    ['a kernel that is a link out of the tree', () => linkOut(root), /has no boot\/vmlinuz-1/],
  ]
  for (const [what, spoil, why, half = 'boot'] of refusals)
    it(`refuses ${what}`, async () => {
      await spoil()
      await assert.rejects(pack(half), (error) => {
        assert.ok(error instanceof LunaError)
        assert.match(error.message, why)
        return true
      })
    })

  async function nothingNew(change: object): Promise<void> {
    const image = await store.get('osimage', id)
    assert.deepEqual({ ...image, ...change }, image)
    assert.deepEqual(files('torrents'), ofTorrents(image))
    assert.deepEqual(files('boot'), ['compute-initramfs-1', 'compute-vmlinuz-1'])
    assert.equal(readFileSync(join(place.path, 'boot/compute-vmlinuz-1'), 'utf8'), 'a kernel')
  }
})

/** The files of a packed image in torrents/. */
function ofTorrents({ tarball, torrent }: { tarball: string | null; torrent: string | null }): string[] {
  return [`${tarball}.tgz`, `${tarball}.tgz.sha256`, `${torrent}.torrent`].sort()
}

describe('dracutArguments', () => {
  const args = (dracutmodules: string | null, kernmodules: string | null) =>
    dracutArguments({ dracutmodules, kernmodules }, '5.1').slice(6, -1).join(' ')

  it('adds names, and leaves out those with a hyphen in front', () => {
    assert.equal(args('luna,-i18n', 'a,-b'), '--add luna --omit i18n --add-drivers a --omit-drivers b')
  })
  it('takes blanks and empty parts for nothing', () => assert.equal(args(' luna , ,,-', ''), '--add luna'))
  it('adds nothing where nothing is set', () => assert.equal(args(null, null), ''))
  it('cannot be given another option', () => assert.equal(args('--sysroot=/', null), '--omit -sysroot=/'))
})

describe('bootNames', () => {
  const id = '0123456789abcdef01234567' as Id

  it('are those that the first Luna used', () => {
    assert.deepEqual(bootNames({ id, name: 'compute' }, '5.1.x86_64'), {
      kernfile: 'compute-vmlinuz-5.1.x86_64',
      initrdfile: 'compute-initramfs-5.1.x86_64',
    })
  })
  it('have the id in them where another image has the usual ones', () => {
    const { kernfile } = bootNames({ id, name: 'compute' }, '5.1', new Set(['compute-vmlinuz-5.1']))
    assert.equal(kernfile, `compute-${id}-vmlinuz-5.1`)
  })
  it('are refused for a name that is a path', () => {
    assert.throws(() => bootNames({ id, name: '../x' }, '1'), /cannot be part of a file name/)
  })
})

function listing(root: string): string {
  return execFileSync('find', [root, '-printf', '%p %m %s %T@\\n'], { encoding: 'utf8' })
}

function linkOut(root: string): void {
  rmSync(join(root, 'boot/vmlinuz-1'))
  symlinkSync('/etc/passwd', join(root, 'boot/vmlinuz-1'))
}

/** The same image packed by another process, which says something as soon as dracut does. */
function packElsewhere(path: string, root: string) {
  const lib = (name: string) => JSON.stringify(join(import.meta.dirname, '../../lib', name))
  const text = `
    import { openMemoryStore } from ${lib('store/open.ts')}
    import { packOsimage } from ${lib('task/image/pack.ts')}
    const store = openMemoryStore()
    await store.insert('cluster', { name: 'general', path: ${JSON.stringify(path)}, user: 'nobody', frontend_address: '::1' })
    await store.insert('osimage', { name: 'compute', path: ${JSON.stringify(root)}, kernver: '1' })
    const progress = ({ detail }) => detail && process.stdout.write(detail)
    await packOsimage(store, { name: 'compute', what: 'boot' }, { progress })`
  return spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Tries until it is done; the limit is mocha's. */
async function eventually(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const done = await work().then(
      () => true,
      (error: unknown) => {
        if (error instanceof LunaError && error.code === 'refused') return false
        throw error
      },
    )
    if (done) return
  }
}
