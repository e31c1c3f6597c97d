// A copy of an OS image: its tree and its settings under another name.
import { lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { LunaError } from '../../error.ts'
import { makeDirectory } from '../../host/file.ts'
import { dyingWithUs } from '../../host/image/chroot.ts'
import { withLock } from '../../host/lock.ts'
import { run } from '../../host/run.ts'
import { checkNewName } from '../../object/name.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { checkFreeName, edit } from '../change/edit.ts'
import { withImageLock } from './lock.ts'

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
  await withImageLock(store, from, 'cloned', async (root) => {
    await refuseTaken(path)
    await refuseInside(root, path)
    await makeDirectory(dirname(path))
    const draft = join(dirname(path), `.${basename(path)}.luna-clone`)
    await mkdir(draft, { recursive: true, mode: 0o700 })
    await withLock(draft, `another image is being copied to ${path}`, async () => {
      try {
        await refuseTaken(path)
        await copyTree(root, draft, signal, progress)
        await rename(draft, path)
      } finally {
        await rm(draft, { recursive: true, force: true })
      }
    })
  })
  await insertClone(store, from, wish.to, path).catch(async (error: unknown) => {
    await rm(path, { recursive: true, force: true })
    throw error
  })
}

async function refuseTaken(path: string): Promise<void> {
  // Also a link that leads nowhere is in the way.
  if (!(await lstat(path).catch(() => undefined))) return
  throw new LunaError('taken', `${path} exists already`, { fix: 'give another path, or remove it first' })
}

/** A copy inside its own original would copy itself, and its directories would get to the nodes. */
async function refuseInside(root: string, path: string): Promise<void> {
  const above = await realpath(dirname(path)).catch(() => undefined)
  if (above === undefined && dirname(path) !== '/') return await refuseInside(root, dirname(path))
  if (above !== root && !above?.startsWith(`${root}/`)) return
  throw new LunaError('invalid', `${path} lies inside the tree that is to be copied, ${root}`, {
    fix: 'give a path outside it',
  })
}

async function copyTree(
  from: string,
  target: string,
  signal: AbortSignal,
  progress: (files: number, total: number) => void,
): Promise<void> {
  // What an earlier copy left behind when it was killed; the directory itself is locked.
  for (const name of await readdir(target)) await rm(join(target, name), { recursive: true, force: true })
  // One file system only: what is mounted in the image (a running lchroot) is not part of it.
  const counted = await run('du', ['--inodes', '--summarize', '--one-file-system', '--', from], { signal })
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
  const compression = from.compression ? { compression: from.compression } : {}
  await edit(store, ({ insert }) => insert('osimage', { name, path, ...settings, ...compression, comment }))
}
