// Kernels of images: of one with a real rpm database, into which a package made here is installed, and of one without.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { byVersion, installedKernels } from '../../lib/host/image/kernel.ts'
import { type Place, temporaryPlace } from './small-image.ts'

describe('installedKernels', function () {
  this.timeout(60_000)
  let place: Place
  let image: string
  beforeEach(() => {
    place = temporaryPlace()
    image = join(place.path, 'image')
    mkdirSync(image)
  })
  afterEach(() => place.remove())

  it('lists the kernel packages of the rpm database, oldest first', async function () {
    if (spawnSync('rpmbuild', ['--version']).error) {
      assert.notEqual(process.env.CI, 'true', 'CI must have rpmbuild')
      if (this.test) this.test.title += ' (skipped: there is no rpmbuild)'
      this.skip()
    }
    for (const version of ['5.14.0', '5.9.1']) install(build('kernel', version))
    install(build('kernel-tools', '6.0.0'))
    assert.deepEqual(await installedKernels(image), ['5.9.1-1.noarch', '5.14.0-1.noarch'])
  })

  it('goes by the files where there is no rpm database', async () => {
    for (const dir of [
      'boot',
      'lib/modules/6.1.0-1-amd64',
      'lib/modules/6.1.0-9-amd64',
      'lib/modules/no-kernel',
    ]) {
      mkdirSync(join(image, dir), { recursive: true })
    }
    for (const version of ['6.1.0-9-amd64', '6.1.0-1-amd64', 'no-modules']) {
      writeFileSync(join(image, 'boot', `vmlinuz-${version}`), '')
    }
    assert.deepEqual(await installedKernels(image), ['6.1.0-1-amd64', '6.1.0-9-amd64'])
  })

  it('finds none in an empty tree', async () => {
    assert.deepEqual(await installedKernels(image), [])
  })

  function build(name: string, version: string): string {
    const spec = join(place.path, 'package.spec')
    const boot = name === 'kernel' ? `/boot/vmlinuz-${version}-1.noarch` : `/usr/bin/${name}`
    writeFileSync(spec, specOf(name, version, boot))
    execFileSync('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${place.path}/rpmbuild`, spec], {
      stdio: 'pipe',
    })
    return join(place.path, `rpmbuild/RPMS/noarch/${name}-${version}-1.noarch.rpm`)
  }

  function install(file: string): void {
    const where = ['--root', image, '--dbpath', '/var/lib/rpm']
    execFileSync('rpm', [...where, '-i', '--nodeps', '--oldpackage', '--force', file], { stdio: 'pipe' })
  }
})

describe('byVersion', () => {
  it('goes by the values of numbers', () => {
    assert.deepEqual(['5.14', '5.9', '5.9-rc1', '5.9'].sort(byVersion), ['5.9', '5.9', '5.9-rc1', '5.14'])
  })
})

function specOf(name: string, version: string, file: string): string {
  return `Name: ${name}
Version: ${version}
Release: 1
Summary: for a test
License: none
BuildArch: noarch
%description
For a test.
%install
mkdir -p %{buildroot}$(dirname ${file})
echo content > %{buildroot}${file}
%files
${file}
`
}
