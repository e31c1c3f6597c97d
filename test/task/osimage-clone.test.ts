import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { dbVersion } from '../../lib/object/cluster.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { cloneOsimage } from '../../lib/task/image/clone.ts'
import { rejectsWith } from '../help.ts'
import { needsRoot, whereMounted } from '../host/as-root.ts'
import { type Place, temporaryPlace } from '../host/small-image.ts'

describe('cloneOsimage', () => {
  let place: Place
  let store: Store
  const signal = new AbortController().signal
  const wish = () => ({ from: 'compute', to: 'gpu', path: join(place.path, 'gpu') })
  beforeEach(async () => {
    place = temporaryPlace()
    mkdirSync(join(place.path, 'tree'))
    writeFileSync(join(place.path, 'tree/one'), 'text')
    linkSync(join(place.path, 'tree/one'), join(place.path, 'tree/two'))
    store = openMemoryStore()
    await store.insert('cluster', { name: 'general', path: place.path, db_version: dbVersion })
    const packed = { tarball: 'a', torrent: 'b', kernfile: 'k', initrdfile: 'i' }
    const settings = { kernver: '5.1', kernopts: 'quiet', comment: 'mine', compression: 'zstd' }
    await store.insert('osimage', { name: 'compute', path: join(place.path, 'tree'), ...packed, ...settings })
  })
  afterEach(async () => {
    await store.close()
    place.remove()
  })

  it('copies the tree with its hard links and attributes', async () => {
    execFileSync('setfacl', ['-m', 'u:4711:r', join(place.path, 'tree/one')])
    await cloneOsimage(store, wish(), signal)
    assert.equal(statSync(join(place.path, 'gpu/one')).ino, statSync(join(place.path, 'gpu/two')).ino)
    assert.match(
      execFileSync('getfacl', ['-cn', join(place.path, 'gpu/one')], { encoding: 'utf8' }),
      /user:4711:r/,
    )
  })

  it('makes a tree of its own from an image whose path is a link', async () => {
    symlinkSync('tree', join(place.path, 'latest'))
    const { id } = await store.getNamed('osimage', 'compute')
    await store.update('osimage', id, { path: join(place.path, 'latest') })
    await cloneOsimage(store, wish(), signal)
    assert.equal(lstatSync(join(place.path, 'gpu')).isDirectory(), true)
    writeFileSync(join(place.path, 'gpu/one'), 'other')
    assert.equal(statSync(join(place.path, 'tree/one')).size, 4)
  })

  it('copies the settings, but not what was packed', async () => {
    await cloneOsimage(store, wish(), signal)
    const { kernver, kernopts, comment, kernfile, initrdfile, tarball, torrent } = await store.getNamed(
      'osimage',
      'gpu',
    )
    assert.deepEqual([kernver, kernopts, comment], ['5.1', 'quiet', 'mine'])
    assert.equal((await store.getNamed('osimage', 'gpu')).compression, 'zstd')
    assert.deepEqual([kernfile, initrdfile, tarball, torrent], ['', '', null, null])
  })

  it('tells how far it is', async () => {
    for (let n = 0; n < 250; n++) writeFileSync(join(place.path, `tree/${n}`), '')
    const told: [number, number][] = []
    await cloneOsimage(store, wish(), signal, (done, total) => told.push([done, total]))
    assert.deepEqual(
      told.map(([done]) => done),
      [100, 200],
    )
    assert.ok(told.every(([, total]) => total >= 252))
  })

  it('leaves nothing behind when it is interrupted', async () => {
    const interrupted = cloneOsimage(store, wish(), AbortSignal.abort())
    await assert.rejects(interrupted, /was ended/)
    assert.deepEqual(
      [existsSync(join(place.path, 'gpu')), existsSync(join(place.path, '.gpu.luna-clone'))],
      [false, false],
    )
    assert.equal(await store.findNamed('osimage', 'gpu'), undefined)
  })

  it('takes no path that exists', async () => {
    mkdirSync(join(place.path, 'gpu'))
    await assert.rejects(cloneOsimage(store, wish(), signal), /exists already/)
  })

  it('makes one tree of one image when two are copied to one path', async () => {
    const images = ['compute', 'other']
    mkdirSync(join(place.path, 'other'))
    await store.insert('osimage', { name: 'other', path: join(place.path, 'other') })
    for (let n = 0; n < 300; n++)
      for (const tree of ['tree', 'other']) writeFileSync(join(place.path, `${tree}/${tree}${n}`), '')
    const both = images.map((from) => cloneOsimage(store, { ...wish(), from, to: `${from}2` }, signal))
    const done = (await Promise.allSettled(both)).map(({ status }) => status)
    assert.deepEqual(done.toSorted(), ['fulfilled', 'rejected'])
    const from = join(place.path, done[0] === 'fulfilled' ? 'tree' : 'other')
    assert.deepEqual(readdirSync(join(place.path, 'gpu')), readdirSync(from))
    assert.equal(existsSync(join(place.path, '.gpu.luna-clone')), false)
  })

  it('takes no path that is a link to nothing', async () => {
    symlinkSync('nowhere', join(place.path, 'gpu'))
    const error = await rejectsWith('taken', cloneOsimage(store, wish(), signal))
    assert.match(error.message, /exists already/)
  })

  it('takes no path inside the tree that is copied, also by a link, and makes nothing there', async () => {
    symlinkSync('tree', join(place.path, 'latest'))
    for (const above of ['tree', 'latest/a/b']) {
      const path = join(place.path, above, 'gpu')
      const error = await rejectsWith('invalid', cloneOsimage(store, { ...wish(), path }, signal))
      assert.match(error.message, /lies inside the tree/)
    }
    assert.deepEqual(readdirSync(join(place.path, 'tree')), ['one', 'two'])
  })

  it('takes no path inside the tree where that is mounted elsewhere, too', function () {
    needsRoot(this)
    const [mounted, module] = [join(place.path, 'mounted'), (path: string) => join(import.meta.dirname, path)]
    mkdirSync(mounted)
    const tree = join(place.path, 'tree')
    const text = `import { openMemoryStore } from ${JSON.stringify(module('../../lib/store/open.ts'))}
      import { cloneOsimage } from ${JSON.stringify(module('../../lib/task/image/clone.ts'))}
      const store = openMemoryStore()
      await store.insert('osimage', { name: 'compute', path: ${JSON.stringify(tree)} })
      const wish = { from: 'compute', to: 'gpu', path: ${JSON.stringify(join(mounted, 'gpu'))} }
      await cloneOsimage(store, wish, new AbortController().signal).catch(({ code }) => console.log(code))`
    assert.equal(whereMounted(tree, mounted, text), 'invalid\n')
    assert.deepEqual(readdirSync(tree), ['one', 'two'])
  })

  it('says so where no directory can be made', async () => {
    for (const path of ['/proc/gpu', '/proc/none/gpu'])
      await assert.rejects(cloneOsimage(store, { ...wish(), path }, signal), {
        message: /no tree can be made at|cannot make/,
      })
  })

  it('says what is wrong with a path below links in a circle', async () => {
    symlinkSync('loop', join(place.path, 'loop'))
    const path = join(place.path, 'loop/gpu')
    const error = await rejectsWith('failed', cloneOsimage(store, { ...wish(), path }, signal))
    assert.match(error.message, /cannot make the directory/)
  })
})
