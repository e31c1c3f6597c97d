// A copy of an OS image: its tree and its settings under another name.
import { lstat, readdir, realpath, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { LunaError } from '../../error.ts'
import { makeDirectory } from '../../host/file.ts'
import { dyingWithUs } from '../../host/image/chroot.ts'
import { withLock } from '../../host/lock.ts'
import { makeFolder } from '../../host/make-folder.ts'
import { type Pin, removeTree, withPin } from '../../host/pin.ts'
import { run } from '../../host/run.ts'
import { checkNewName } from '../../object/name.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { edit } from '../change/edit.ts'
import { checkFreeName } from '../claim-names.ts'
import { withImageLock } from './lock.ts'
import { isOfSystem, type Tree } from './tree.ts'

/**
 * Copies the tree of an image and its settings under another name; what was packed is not copied. `taken`
 * when the name is in use or the path exists. A copy that does not succeed is removed.
 */
export async function cloneOsimage(
  store: Store,
  wish: { from: string; to: string; path: string },
  signal: AbortSignal,
  progress: (files: number, total: number) => void = () => {},
): Promise<void> {
  checkNewName('osimage', wish.to)
  const from = await store.getNamed('osimage', wish.from)
  const path = resolve(wish.path)
  await checkFreeName(store, 'osimage', wish.to)
  await withImageLock(from, 'cloned', async (tree) => {
    await refuseTaken(path, path)
    await refuseInside(tree.path, path)
    await makeDirectory(dirname(path))
    await withPin(dirname(path), (above) => copyBeside(tree, above, path, signal, progress), { follow: true })
  })
  await insertClone(store, from, wish.to, path).catch(async (error: unknown) => {
    await removeTree(path)
    throw error
  })
}

/** Copies into a draft in the directory that is held open, and renames that. */
async function copyBeside(
  tree: Tree,
  above: Pin,
  path: string,
  signal: AbortSignal,
  progress: (files: number, total: number) => void,
): Promise<void> {
  if (isOfSystem(join(above.path, basename(path)))) throw ofSystem(path)
  const [draft, target] = [join(above.at, `.${basename(path)}.luna-clone`), join(above.at, basename(path))]
  await makeFolder(draft, 0o700)
  await withPin(draft, async (held) => {
    if (held.uid !== (process.getuid?.() ?? held.uid)) throw ofSystem(path)
    await withLock(held.at, `another image is being copied to ${path}`, async () => {
      try {
        await refuseTaken(path, target)
        await copyTree(tree.at, held.at, signal, progress)
        await rename(draft, target)
      } finally {
        await removeTree(draft)
      }
    })
  })
}

function ofSystem(path: string): LunaError {
  return new LunaError('invalid', `no tree can be made at ${path}`, {
    why: 'it is a place of this machine’s own system, or somebody else’s',
    fix: 'give another path',
  })
}

async function refuseTaken(path: string, at: string): Promise<void> {
  // Also a link that leads nowhere is in the way.
  if (!(await lstat(at).catch(() => undefined))) return
  throw new LunaError('taken', `${path} exists already`, { fix: 'give another path, or remove it first' })
}

/** A copy inside its own original would copy itself, and its directories would get to the nodes. */
async function refuseInside(root: string, path: string): Promise<void> {
  const above = await realpath(dirname(path)).catch(() => undefined)
  if (above === undefined && dirname(path) !== '/') return await refuseInside(root, dirname(path))
  if (above === undefined || !(await isWithin(root, above))) return
  throw new LunaError('invalid', `${path} lies inside the tree that is to be copied, ${root}`, {
    fix: 'give a path outside it',
  })
}

/** Whether a directory is the tree or in it, by whatever path: the tree may be mounted elsewhere as well. */
async function isWithin(root: string, directory: string): Promise<boolean> {
  const [tree, here] = await Promise.all([stat(root), stat(directory)])
  if (tree.dev === here.dev && tree.ino === here.ino) return true
  return directory !== '/' && (await isWithin(root, dirname(directory)))
}

async function copyTree(
  from: string,
  target: string,
  signal: AbortSignal,
  progress: (files: number, total: number) => void,
): Promise<void> {
  // What an earlier copy left behind when it was killed; the directory itself is locked.
  for (const name of await readdir(target)) await removeTree(join(target, name))
  // One file system only: what is mounted in the image (a running lchroot) is not part of it.
  const counted = await run('du', ['--inodes', '--summarize', '--one-file-system', '--', `${from}/`], {
    signal,
  })
  const total = Number.parseInt(counted.stdout, 10)
  let files = 0
  const onLine = () => {
    files++
    if (files % 100 === 0) progress(Math.min(files, total), total)
  }
  const args = ['-a', '-x', '--reflink=auto', '--verbose', '--', `${from}/.`, target]
  const command = dyingWithUs('cp', args)
  await run(command.program, command.args, { signal, onLine })
}

async function insertClone(store: Store, from: Osimage, name: string, path: string): Promise<void> {
  const { kernver, kernopts, dracutmodules, kernmodules, grab_exclude_list, grab_filesystems, comment } = from
  const settings = { kernver, kernopts, dracutmodules, kernmodules, grab_exclude_list, grab_filesystems }
  // Absent from documents of the first Luna, and from those where nobody asked for it.
  const { compression, pack_exclude_list } = from
  const later = { ...(compression && { compression }), ...(pack_exclude_list && { pack_exclude_list }) }
  await edit(store, ({ insert }) => insert('osimage', { name, path, ...settings, ...later, comment }))
}
