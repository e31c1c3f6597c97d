// One lock for everything that works in the tree of an image: packing, cloning, grabbing, syncing and lchroot
// exclude each other. It lies outside the tree, so that nothing of it gets to the nodes.
import { lstat, open, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { LunaError } from '../../error.ts'
import { inTree } from '../../host/image/tree.ts'
import { rootsLock, withLock } from '../../host/lock.ts'
import type { Osimage } from '../../object/osimage.ts'
import { type Tree, withTree } from './tree.ts'

/**
 * Does work in the tree of an image, which is held open, while nobody else does. `doing` tells the
 * others what ("packed"). Throws LunaError `invalid` where there is no tree, and `refused` while the tree is
 * worked in, with who does it: also lchroot of the first Luna, whose lock is tmp/lchroot.lock of the tree.
 */
export async function withImageLock<T>(
  image: Osimage,
  doing: string,
  work: (tree: Tree) => Promise<T>,
): Promise<T> {
  return await withTree(image, (tree) => whileAlone(image, doing, tree, work))
}

/**
 * Does work while nobody else works in any of these trees. Of those that somebody is in already it is given
 * what is said of them; a tree that is not there is nobody's.
 */
export async function withImageLocks<T>(
  images: readonly Osimage[],
  doing: string,
  work: (busy: readonly string[]) => Promise<T>,
  busy: readonly string[] = [],
): Promise<T> {
  const [first, ...rest] = images
  if (!first) return await work(busy)
  let held = false
  const withOthers = async () => {
    held = true
    return await withImageLocks(rest, doing, work, busy)
  }
  return await withImageLock(first, doing, withOthers).catch(async (error: unknown) => {
    if (held || !(error instanceof LunaError)) throw error
    const told = error.code === 'refused' ? [...busy, error.message] : busy
    return await withImageLocks(rest, doing, work, told)
  })
}

async function whileAlone<T>(
  image: Osimage,
  doing: string,
  tree: Tree,
  work: (tree: Tree) => Promise<T>,
): Promise<T> {
  await refuseFormerLock(image, tree)
  const file = await lockFile(tree)
  const inUse = async () => {
    const holder = (await readFile(file, 'utf8')).trim()
    return `osimage "${image.name}" is being worked on already${holder && `: ${holder}`}`
  }
  return await withLock(file, inUse, async () => {
    await note(file, `${doing} by process ${process.pid} since ${new Date().toTimeString().slice(0, 8)}\n`)
    try {
      return await work(tree)
    } finally {
      await note(file, '')
    }
  })
}

async function refuseFormerLock({ name }: Osimage, { at, path }: Tree): Promise<void> {
  // /tmp of the image may be a link, which leads where it would lead in it.
  const folder = await inTree(at, 'tmp')
  if (!folder || !(await lstat(join(folder, 'lchroot.lock')).catch(() => undefined))) return
  const lock = join(path, relative(at, folder), 'lchroot.lock')
  throw new LunaError('refused', `somebody is in osimage "${name}" already`, {
    why: `there is ${lock}, the lock of the first Luna’s lchroot`,
    fix: `wait until that is done; when nobody is in it: rm ${lock}`,
  })
}

/** The same file for every path of one tree, links and bind mounts included. */
async function lockFile({ id }: Tree): Promise<string> {
  // Nobody else can hold up the work in an image, nor have root write elsewhere.
  return await rootsLock('images', id.replace(':', '-'))
}

async function note(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w')
  await handle.writeFile(text).finally(() => handle.close())
}
