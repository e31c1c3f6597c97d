// Kernels of images: those that are there, looked at as programs inside the image would see them.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { byVersion, installedKernels, kernelFile } from '../../lib/host/image/kernel.ts'
import { type Place, temporaryPlace } from './small-image.ts'

describe('installedKernels', () => {
  let place: Place
  let image: string
  beforeEach(() => {
    place = temporaryPlace()
    image = join(place.path, 'image')
    mkdirSync(image)
  })
  afterEach(() => place.remove())

  const make = (...files: string[]) => {
    for (const file of files) {
      mkdirSync(join(image, dirname(file)), { recursive: true })
      writeFileSync(join(image, file), '')
    }
  }

  it('lists what has modules and a kernel in /boot, oldest first', async () => {
    make('lib/modules/6.1.0-9-amd64/m', 'lib/modules/6.1.0-10-amd64/m', 'lib/modules/no-kernel/m')
    make('boot/vmlinuz-6.1.0-10-amd64', 'boot/vmlinuz-6.1.0-9-amd64', 'boot/vmlinuz-6.0-no-modules')
    assert.deepEqual(await installedKernels(image), ['6.1.0-9-amd64', '6.1.0-10-amd64'])
  })

  for (const flavour of ['+rt', '+64k', '+debug']) {
    it(`calls a kernel of the flavour ${flavour} what uname -r says`, async () => {
      const version = `5.14.0-427.13.1.el9_4.x86_64${flavour}`
      make(`lib/modules/${version}/vmlinuz`, 'lib/modules/5.14.0-427.13.1.el9_4.x86_64/vmlinuz')
      assert.deepEqual(await installedKernels(image), ['5.14.0-427.13.1.el9_4.x86_64', version])
    })
  }

  it('resolves links as the image does, absolute ones too', async () => {
    make('usr/lib/modules/5/vmlinuz')
    mkdirSync(join(image, 'boot'))
    symlinkSync('/usr/lib', join(image, 'lib'))
    symlinkSync('/usr/lib/modules/5/vmlinuz', join(image, 'boot/vmlinuz-5'))
    assert.deepEqual(await installedKernels(image), ['5'])
    assert.equal(await kernelFile(image, '5'), join(image, 'usr/lib/modules/5/vmlinuz'))
  })

  it('never lists what the head has', async () => {
    mkdirSync(join(place.path, 'head/modules/7'), { recursive: true })
    writeFileSync(join(place.path, 'head/modules/7/vmlinuz'), '')
    symlinkSync(join(place.path, 'head'), join(image, 'lib'))
    assert.deepEqual(await installedKernels(image), [])
  })

  it('finds none in an empty tree', async () => {
    assert.deepEqual(await installedKernels(image), [])
  })
})

describe('byVersion', () => {
  it('goes by the values of numbers', () => {
    assert.deepEqual(['5.14', '5.9', '5.9-rc1', '5.9'].sort(byVersion), ['5.9', '5.9', '5.9-rc1', '5.14'])
  })
})
