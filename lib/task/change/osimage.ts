// OS images: added and changed. Cloning and packing are in task/image.
import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LunaError } from '../../error.ts'
import { byVersion, installedKernels } from '../../host/image/kernel.ts'
import { paths } from '../../object/cluster.ts'
import { checkNewName } from '../../object/name.ts'
import type { Change } from '../../object/objects.ts'
import { loadTemplate } from '../../render/template.ts'
import type { Store } from '../../store/store.ts'
import { edit } from './edit.ts'

export interface OsimageWish {
  readonly name: string
  readonly path: string
  readonly kernver?: string
  readonly kernopts?: string
}

/**
 * Adds the image whose tree is at `path`, with the kernel asked for or the first one in it. `taken` when the
 * name or path is in use, `not-found` when there is no such directory or the kernel is not installed there.
 */
export async function addOsimage(store: Store, wish: OsimageWish): Promise<void> {
  checkNewName('osimage', wish.name)
  const path = resolve(wish.path)
  await checkDirectory(path)
  const kernver = chooseKernel(path, await installedKernels(path), wish.kernver)
  await edit(store, async ({ tx, cluster, insert }) => {
    await refuseTakenPath(tx, path)
    const kernopts = wish.kernopts || null
    const grab_exclude_list = loadTemplate('grab_exclude.list', paths(await cluster()).templates).trimEnd()
    await insert('osimage', { name: wish.name, path, kernver, kernopts, grab_exclude_list })
  })
}

async function checkDirectory(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) return
  throw new LunaError('not-found', `${path} is not a directory`, {
    fix: 'install an operating system into a directory first, and give that',
  })
}

function chooseKernel(path: string, kernels: readonly string[], asked?: string): string {
  const [first] = kernels
  if (first === undefined) {
    const fix = 'install a kernel package into the image'
    throw new LunaError('not-found', `no kernel is installed in ${path}`, { fix })
  }
  if (!asked || kernels.includes(asked)) return asked || first
  throw new LunaError('not-found', `the kernel ${asked} is not installed in ${path}`, {
    fix: `choose one of ${kernels.join(', ')}`,
  })
}

async function refuseTakenPath(store: Store, path: string): Promise<void> {
  const real = await realTree(path)
  const images = await store.list('osimage')
  const trees = await Promise.all(images.map(async (image) => image.path && (await realTree(image.path))))
  const other = images[trees.indexOf(real)]
  if (!other) return
  throw new LunaError('taken', `${path} belongs to the osimage "${other.name}" already`, {
    why: 'what one of them packs or changes the other one would have, too',
    fix: `give another directory, or copy it: luna osimage clone ${other.name} -t NAME -p DIRECTORY`,
  })
}

/** Where a path leads: a tree may have several, by links. One that is not there is compared as it is. */
async function realTree(path: string): Promise<string> {
  return await realpath(path).catch(() => path)
}

/** Changes fields of an image as they are given: nothing is checked, as the tree may be prepared later. */
export async function changeOsimage(store: Store, name: string, change: Change<'osimage'>): Promise<void> {
  const { id } = await store.getNamed('osimage', name)
  await store.update('osimage', id, change)
}

/** Every kernel in the image and the one that it is set to, sorted. */
export async function kernelsOf(store: Store, name: string): Promise<{ version: string; chosen: boolean }[]> {
  const image = await store.getNamed('osimage', name)
  const installed = image.path === null ? [] : await installedKernels(image.path)
  const versions = new Set([...installed, ...(image.kernver === null ? [] : [image.kernver])])
  return [...versions].sort(byVersion).map((version) => ({ version, chosen: version === image.kernver }))
}
