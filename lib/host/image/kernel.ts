// Which kernels are installed in the tree of an OS image.
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../run.ts'

/**
 * Versions of the kernels in an image, sorted: VERSION-RELEASE.ARCH of the kernel packages in its rpm database, or where it
 * has none (or this machine has no rpm) every kernel file that has its modules beside it.
 */
export async function installedKernels(image: string): Promise<string[]> {
  const packaged = await packagedKernels(image)
  const versions = packaged.length > 0 ? packaged : await kernelFiles(image)
  return [...new Set(versions)].sort(byVersion)
}

/** Order of versions: numbers by value, 5.9 before 5.14. */
export function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : Number(a > b))
}

const databases = ['var/lib/rpm', 'usr/lib/sysimage/rpm']
const databaseFiles = ['Packages', 'Packages.db', 'rpmdb.sqlite']
const packages = ['kernel', 'kernel-core', 'kernel-rt', 'kernel-rt-core', 'kernel-uek', 'kernel-uek-core']

async function packagedKernels(image: string): Promise<string[]> {
  // rpm makes a database where there is none, so it is asked only where one is.
  const database = databases
    .map((dir) => join(image, dir))
    .find((dir) => databaseFiles.some((file) => existsSync(join(dir, file))))
  if (!database || !hasRpm()) return []
  const format = '%{VERSION}-%{RELEASE}.%{ARCH}\n'
  const { stdout } = await run('rpm', ['--dbpath', database, '-qa', '--qf', format, ...packages], {
    allowFailure: true,
  })
  return stdout.split('\n').filter(isVersion)
}

function hasRpm(): boolean {
  return ['/usr/bin/rpm', '/bin/rpm'].some((path) => existsSync(path))
}

async function kernelFiles(image: string): Promise<string[]> {
  const modules = await modulesOf(image)
  const inBoot = await namesIn(join(image, 'boot'))
  return [...modules]
    .filter(([version, dir]) => inBoot.includes(`vmlinuz-${version}`) || existsSync(join(dir, 'vmlinuz')))
    .map(([version]) => version)
    .filter(isVersion)
}

async function modulesOf(image: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const dir of ['usr/lib/modules', 'lib/modules']) {
    for (const version of await namesIn(join(image, dir))) {
      const path = join(image, dir, version)
      if ((await stat(path).catch(() => undefined))?.isDirectory()) found.set(version, path)
    }
  }
  return found
}

async function namesIn(dir: string): Promise<string[]> {
  return await readdir(dir).catch(() => [])
}

/** What is put into file names and onto kernel command lines has to look like a version. */
function isVersion(text: string): boolean {
  return /^[0-9][\w.+~-]{0,127}$/.test(text)
}
