// OS images: added and changed. Cloning and packing are in task/image.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LunaError } from '../../error.ts'
import { byVersion, installedKernels } from '../../host/image/kernel.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import type { Id } from '../../object/field.ts'
import { checkValues } from '../../object/given/value.ts'
import type { Change } from '../../object/objects.ts'
import type { Osimage } from '../../object/osimage.ts'
import { loadTemplate } from '../../render/template.ts'
import type { Store } from '../../store/store.ts'
import { exposure } from '../image/tree.ts'
import { newNotes, type Outcome } from '../outcome.ts'
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
export async function addOsimage(store: Store, wish: OsimageWish): Promise<Outcome> {
  const path = resolve(wish.path)
  checkValues('osimage', { ...wish, path })
  await checkDirectory(path)
  const kernver = chooseKernel(path, await installedKernels(path), wish.kernver)
  return await edit(store, async ({ tx, notes, cluster, insert }) => {
    await refuseTakenPath(tx, path)
    const kernopts = wish.kernopts || null
    const grab_exclude_list = defaultExcludes(await cluster())
    await insert('osimage', { name: wish.name, path, kernver, kernopts, grab_exclude_list })
    const exposed = await exposure({ path }, wish.name, paths(await cluster()).root)
    if (exposed) notes.warnings.push(`${exposed.what}: ${exposed.fix}`)
  })
}

/** Adds an image as it is described: its tree may come later, and is warned of. `taken` as `addOsimage`. */
export async function describeOsimage(
  store: Store,
  { name, ...fields }: Change<'osimage'> & { readonly name: string },
): Promise<Outcome> {
  checkValues('osimage', { name, ...fields })
  const { path = null } = fields
  const outcome = await edit(store, async ({ tx, cluster, insert }) => {
    if (path !== null) await refuseTakenPath(tx, path)
    const grab_exclude_list = defaultExcludes(await cluster())
    await insert('osimage', { grab_exclude_list, ...fields, name })
  })
  return { ...outcome, warnings: await treeWarnings({ path, kernver: fields.kernver ?? null }) }
}

function defaultExcludes(cluster: Cluster): string {
  return loadTemplate('grab_exclude.list', paths(cluster).templates).trimEnd()
}

async function checkDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return
  throw new LunaError('not-found', `${path} is not a directory`, {
    fix: 'install an operating system into a directory first, and give that',
  })
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
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

/** Throws LunaError `taken` when another image than `own` has that tree. */
async function refuseTakenPath(store: Store, path: string, own?: Id): Promise<void> {
  const tree = await treeAt(path)
  const images = (await store.list('osimage')).filter(({ id }) => id !== own)
  const trees = await Promise.all(images.map(async (image) => image.path && (await treeAt(image.path))))
  const other = images[trees.indexOf(tree)]
  if (!other) return
  throw new LunaError('taken', `${path} belongs to the osimage "${other.name}" already`, {
    why: 'what one of them packs or changes the other one would have, too',
    fix: `give another directory, or copy it: luna osimage clone ${other.name} -t NAME -p DIRECTORY`,
  })
}

/** What tells a tree whatever its path: it may have several, by links and bind mounts. */
async function treeAt(path: string): Promise<string> {
  return await stat(path).then(
    ({ dev, ino }) => `${dev}-${ino}`,
    () => path,
  )
}

/**
 * Changes fields of an image as they are given. A tree or kernel that is not there is warned of: it may be
 * prepared later. `taken` as `addOsimage`.
 */
export async function changeOsimage(store: Store, name: string, change: Change<'osimage'>): Promise<Outcome> {
  const wish = change.path ? { ...change, path: resolve(change.path) } : change
  checkValues('osimage', wish)
  const image = await store.getNamed('osimage', name)
  if (wish.path) await refuseTakenPath(store, wish.path, image.id)
  await store.update('osimage', image.id, wish)
  const notes = newNotes()
  if (wish.path || wish.kernver) notes.warnings.push(...(await treeWarnings({ ...image, ...wish })))
  return notes
}

async function treeWarnings({ path, kernver }: Pick<Osimage, 'path' | 'kernver'>): Promise<string[]> {
  if (path === null) return []
  if (!(await isDirectory(path))) return [`${path} is not a directory: nothing can be packed until it is`]
  const kernels = await installedKernels(path)
  if (kernver === null || kernels.includes(kernver)) return []
  const there = kernels.length > 0 ? kernels.join(', ') : 'none'
  return [
    `the kernel ${kernver} is not installed in ${path}: it cannot be packed until it is (there: ${there})`,
  ]
}

/** Every kernel in the image and the one that it is set to, sorted. */
export async function kernelsOf(store: Store, name: string): Promise<{ version: string; chosen: boolean }[]> {
  const image = await store.getNamed('osimage', name)
  const installed = image.path === null ? [] : await installedKernels(image.path)
  const versions = new Set([...installed, ...(image.kernver === null ? [] : [image.kernver])])
  return [...versions].sort(byVersion).map((version) => ({ version, chosen: version === image.kernver }))
}
