// One lock for everything that works in the tree of an image: packing, cloning, grabbing, syncing and lchroot
// exclude each other. It lies outside the tree, so that nothing of it gets to the nodes.
import { chown, lstat, mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LunaError } from '../../error.ts'
import { withLock } from '../../host/lock.ts'
import { findUser } from '../../host/user.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { treeOf } from './tree.ts'

// Root's own: nobody else can hold up the work in an image.
const locks = '/run/luna/images'

/**
 * Does work in the tree of an image, whose real path it is given, while nobody else does. `doing` tells the
 * others what ("packed"). Throws LunaError `invalid` where there is no tree, and `refused` while the tree is
 * worked in, with who does it: also lchroot of the first Luna, whose lock is tmp/lchroot.lock of the tree.
 */
export async function withImageLock<T>(
  store: Store,
  image: Osimage,
  doing: string,
  work: (root: string) => Promise<T>,
): Promise<T> {
  const root = await treeOf(image)
  await refuseFormerLock(image, root)
  const file = await lockFile(store, root)
  const inUse = async () => {
    const holder = (await readFile(file, 'utf8')).trim()
    return `osimage "${image.name}" is being worked on already${holder && `: ${holder}`}`
  }
  return await withLock(file, inUse, async () => {
    await note(file, `${doing} by process ${process.pid} since ${new Date().toTimeString().slice(0, 8)}\n`)
    try {
      return await work(root)
    } finally {
      await note(file, '')
    }
  })
}

async function refuseFormerLock({ name }: Osimage, root: string): Promise<void> {
  const lock = join(root, 'tmp/lchroot.lock')
  // Where /tmp of the image is no directory it has none.
  if (!(await lstat(lock).catch(() => undefined))) return
  throw new LunaError('refused', `somebody is in osimage "${name}" already`, {
    why: `there is ${lock}, the lock of the first Luna’s lchroot`,
    fix: `wait until that is done; when nobody is in it: rm ${lock}`,
  })
}

/** The same file for every path of one tree, links and bind mounts included. */
async function lockFile(store: Store, root: string): Promise<string> {
  const made = await mkdir(locks, { recursive: true, mode: 0o700 })
  if (made === dirname(locks)) await giveToDaemons(store, made)
  const folder = await lstat(locks)
  if (folder.uid !== 0 || !folder.isDirectory()) {
    throw new LunaError('failed', `${locks} is not root’s own directory`, { fix: `rm -r ${locks}` })
  }
  const { dev, ino } = await stat(root)
  const file = join(locks, `${dev}-${ino}`)
  await (await open(file, 'a', 0o600)).close()
  return file
}

/** The directory above is that of the daemons, which keep their pid files there. */
async function giveToDaemons(store: Store, folder: string): Promise<void> {
  const [cluster] = await store.list('cluster')
  const owner = cluster?.user ? await findUser(cluster.user) : undefined
  if (owner) await chown(folder, owner.uid, owner.gid)
}

async function note(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w')
  await handle.writeFile(text).finally(() => handle.close())
}
