import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Code } from '../../lib/error.ts'
import { dbVersion } from '../../lib/object/cluster.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { addOsimage, changeOsimage, kernelsOf } from '../../lib/task/change/osimage.ts'
import { rejectsWith } from '../help.ts'
import { needsRoot, whereMounted } from '../host/as-root.ts'
import { type Place, temporaryPlace } from '../host/small-image.ts'
import { addCluster } from '../scenario/boot.ts'

describe('osimages', () => {
  let place: Place
  let store: Store
  let tree: string
  beforeEach(async () => {
    place = temporaryPlace()
    tree = join(place.path, 'compute')
    for (const version of ['5.14.0-9', '5.9.0-10']) addKernel(tree, version)
    store = openMemoryStore()
    await addCluster(store, { path: place.path })
  })
  afterEach(async () => {
    await store.close()
    place.remove()
  })

  it('get the first kernel in their tree, and the defaults of the first Luna', async () => {
    await addOsimage(store, { name: 'compute', path: tree })
    const { kernver, kernopts, kernfile, dracutmodules } = await store.getNamed('osimage', 'compute')
    assert.deepEqual(
      [kernver, kernopts, kernfile, dracutmodules],
      ['5.9.0-10', null, '', 'luna,-i18n,-plymouth'],
    )
  })

  it('get the kernel that is asked for', async () => {
    await addOsimage(store, { name: 'compute', path: tree, kernver: '5.14.0-9', kernopts: 'quiet' })
    const { kernver, kernopts } = await store.getNamed('osimage', 'compute')
    assert.deepEqual([kernver, kernopts], ['5.14.0-9', 'quiet'])
  })

  it('have their path made absolute', async () => {
    await addOsimage(store, { name: 'compute', path: relative(process.cwd(), tree) })
    assert.equal((await store.getNamed('osimage', 'compute')).path, tree)
  })

  it('get the exclude list of Luna, or that of the site', async () => {
    await addOsimage(store, { name: 'compute', path: tree })
    assert.match(
      (await store.getNamed('osimage', 'compute')).grab_exclude_list ?? '',
      /^- \/proc\/\*\n- \/sys\/\*\n/,
    )
    mkdirSync(join(place.path, 'templates'))
    writeFileSync(join(place.path, 'templates/grab_exclude.list'), '- /ours\n')
    addKernel(join(place.path, 'other'), '1.0')
    await addOsimage(store, { name: 'other', path: join(place.path, 'other') })
    assert.equal((await store.getNamed('osimage', 'other')).grab_exclude_list, '- /ours')
  })

  it('show all kernels, and which one is in use though it may not be installed', async () => {
    await addOsimage(store, { name: 'compute', path: tree })
    await changeOsimage(store, 'compute', { kernver: '6.0.0-gone' })
    const shown = (await kernelsOf(store, 'compute')).map(
      ({ version, chosen }) => `${version}${chosen ? '!' : ''}`,
    )
    assert.deepEqual(shown, ['5.9.0-10', '5.14.0-9', '6.0.0-gone!'])
  })

  it('keep their own tree when they are given that of another image', async () => {
    const [other, link] = [join(place.path, 'other'), join(place.path, 'link')]
    addKernel(other, '1.0')
    symlinkSync('compute', link)
    await addOsimage(store, { name: 'compute', path: tree })
    await addOsimage(store, { name: 'other', path: other })
    for (const path of [tree, link]) await rejectsWith('taken', changeOsimage(store, 'other', { path }))
    assert.equal((await store.getNamed('osimage', 'other')).path, other)
    assert.deepEqual((await changeOsimage(store, 'compute', { path: link })).warnings, [])
  })

  it('are refused where a tree of another image is mounted', function () {
    needsRoot(this)
    const [mounted, module] = [join(place.path, 'mounted'), (path: string) => join(import.meta.dirname, path)]
    mkdirSync(mounted)
    const text = `import { openMemoryStore } from ${JSON.stringify(module('../../lib/store/open.ts'))}
      import { addOsimage } from ${JSON.stringify(module('../../lib/task/change/osimage.ts'))}
      const store = openMemoryStore()
      await store.insert('cluster', { name: 'general', path: ${JSON.stringify(place.path)}, db_version: ${dbVersion} })
      await addOsimage(store, { name: 'a', path: ${JSON.stringify(tree)} })
      await addOsimage(store, { name: 'b', path: ${JSON.stringify(mounted)} }).catch(({ code }) => console.log(code))`
    assert.equal(whereMounted(tree, mounted, text), 'taken\n')
  })

  it('have no tree where the root of the machine is mounted', function () {
    needsRoot(this)
    const mounted = join(place.path, 'mounted')
    mkdirSync(mounted)
    const module = join(import.meta.dirname, '../../lib/task/image/tree.ts')
    const text = `import { withTree } from ${JSON.stringify(module)}
      await withTree({ name: 'a', path: ${JSON.stringify(mounted)} }, async () => {}).catch(({ why }) => console.log(why))`
    assert.equal(whereMounted('/', mounted, text), `${mounted} is the root of this machine\n`)
  })

  const refused: [why: string, code: Code, wish: { name?: string; path?: string; kernver?: string }][] = [
    ['the name is in use', 'taken', { path: 'other' }],
    ['the path belongs to another image', 'taken', { name: 'other', path: 'compute' }],
    ['there is no such directory', 'not-found', { name: 'new', path: 'missing' }],
    ['the path is a file', 'not-found', { name: 'new', path: 'compute/boot/vmlinuz-5.9.0-10' }],
    ['no kernel is installed', 'not-found', { name: 'new', path: 'empty' }],
    [
      'the kernel that is asked for is not installed',
      'not-found',
      { name: 'new', path: 'other', kernver: '9.9' },
    ],
  ]
  for (const [why, code, { name = 'compute', path = '', kernver }] of refused) {
    it(`are refused when ${why}`, async () => {
      await addOsimage(store, { name: 'compute', path: tree })
      addKernel(join(place.path, 'other'), '1.0')
      mkdirSync(join(place.path, 'empty'))
      const wish = { name, path: join(place.path, path), ...(kernver && { kernver }) }
      await rejectsWith(code, addOsimage(store, wish))
      assert.equal((await store.list('osimage')).length, 1)
    })
  }

  it('are refused with a name that cannot be part of a file name', async () => {
    await rejectsWith('refused', addOsimage(store, { name: '../x', path: tree }))
  })
})

function addKernel(tree: string, version: string): void {
  mkdirSync(join(tree, 'boot'), { recursive: true })
  mkdirSync(join(tree, 'lib/modules', version), { recursive: true })
  writeFileSync(join(tree, 'boot', `vmlinuz-${version}`), '')
}
