// Which kernels are installed in the tree of an OS image: those that are there, whatever packages say.
import { fileInTree, namesInTree } from './tree.ts'

/**
 * Versions of the kernels in an image, as `uname -r` would say them, sorted: every
 * directory of /lib/modules whose kernel is there, too. Packages do not tell: their
 * versions lack what a flavour adds (`+rt`, `+64k`, `+debug`).
 */
export async function installedKernels(image: string): Promise<string[]> {
  const found = await Promise.all(
    (await namesInTree(image, 'lib/modules'))
      .filter(isVersion)
      .map(async (version) => ((await kernelFile(image, version)) === undefined ? [] : [version])),
  )
  return found.flat().sort(byVersion)
}

/** Where the kernel of a version may be in an image, the usual place first. */
export function kernelPlaces(version: string): string[] {
  return [`boot/vmlinuz-${version}`, `lib/modules/${version}/vmlinuz`, `boot/vmlinux-${version}`]
}

/** The kernel of a version in an image, by its real path; undefined when there is none. */
export async function kernelFile(image: string, version: string): Promise<string | undefined> {
  for (const place of kernelPlaces(version)) {
    const file = await fileInTree(image, place)
    if (file) return file
  }
  return undefined
}

/** Order of versions: numbers by value, 5.9 before 5.14. */
export function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : Number(a > b))
}

/** What is put into file names and onto kernel command lines has to look like a version. */
function isVersion(text: string): boolean {
  return /^[0-9][\w.+~-]{0,127}$/.test(text)
}
