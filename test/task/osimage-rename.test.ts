import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dbVersion } from '../../lib/object/cluster.ts'
import type { Id } from '../../lib/object/field.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { renameOsimage } from '../../lib/task/osimage-rename.ts'
import { type Place, temporaryPlace } from '../host/small-image.ts'

describe('renameOsimage', () => {
  let place: Place
  let store: Store
  let id: Id
  const boot = () => readdirSync(join(place.path, 'boot')).sort()
  beforeEach(async () => {
    place = temporaryPlace()
    mkdirSync(join(place.path, 'boot'))
    store = openMemoryStore()
    await store.insert('cluster', { name: 'general', path: place.path, db_version: dbVersion })
    const files = { kernfile: 'old-vmlinuz-5.1', initrdfile: 'old-initramfs-5.1' }
    id = await store.insert('osimage', { name: 'old', ...files })
    await store.insert('osimage', { name: 'taken' })
    for (const file of Object.values(files)) writeFileSync(join(place.path, 'boot', file), `of ${file}`)
  })
  afterEach(async () => {
    await store.close()
    place.remove()
  })

  it('lets the files in boot/ follow', async () => {
    await renameOsimage(store, 'old', 'new')
    const { name, kernfile, initrdfile } = await store.get('osimage', id)
    assert.deepEqual([name, kernfile, initrdfile], ['new', 'new-vmlinuz-5.1', 'new-initramfs-5.1'])
    assert.deepEqual(boot(), ['new-initramfs-5.1', 'new-vmlinuz-5.1'])
    assert.equal(readFileSync(join(place.path, 'boot/new-vmlinuz-5.1'), 'utf8'), 'of old-vmlinuz-5.1')
  })

  it('leaves files alone that have another name, or are not there', async () => {
    await store.update('osimage', id, { kernfile: 'vmlinuz-of-mine', initrdfile: 'old-gone' })
    await renameOsimage(store, 'old', 'new')
    const { kernfile, initrdfile } = await store.get('osimage', id)
    assert.deepEqual([kernfile, initrdfile], ['vmlinuz-of-mine', 'old-gone'])
    assert.deepEqual(boot(), ['old-initramfs-5.1', 'old-vmlinuz-5.1'])
  })

  for (const [why, from, to] of [
    ['the name is in use', 'old', 'taken'],
    ['the name cannot be one', 'old', 'a/b'],
    ['there is no such image', 'none', 'new'],
  ] as const)
    it(`changes nothing when ${why}`, async () => {
      await assert.rejects(renameOsimage(store, from, to))
      assert.equal((await store.get('osimage', id)).name, 'old')
      assert.deepEqual(boot(), ['old-initramfs-5.1', 'old-vmlinuz-5.1'])
    })
})
