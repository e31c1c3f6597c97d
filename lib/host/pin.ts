// Directories held open. Whoever owns a directory above can rename what is in it, or put a link there, while
// root works by its path; by a handle root stays where it began (openat(2)).
import { constants } from 'node:fs'
import { chmod, type FileHandle, lstat, open, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError } from '../error.ts'
import { makeFolder } from './make-folder.ts'
import { run } from './run.ts'

/** The directory of root alone in which it locks what it works in, and mounts it. */
export const rootsOwn = '/run/luna-root'

export interface Pin {
  /** Leads to the directory whatever is renamed; for this process and its children, not for mount(8). */
  readonly at: string
  /** Where it was when it was pinned: for messages. */
  readonly path: string
  readonly uid: number
  /** `DEVICE:INODE`. */
  readonly id: string
  readonly handle: FileHandle
}

/** Does work with a directory held open. Rejects where there is none; a link at the end counts as none. */
export async function withPin<T>(
  path: string,
  work: (pin: Pin) => Promise<T>,
  { follow = false }: { readonly follow?: boolean } = {},
): Promise<T> {
  const link = follow ? 0 : constants.O_NOFOLLOW
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | link)
  try {
    const at = `/proc/${process.pid}/fd/${handle.fd}`
    const { uid, dev, ino } = await handle.stat()
    return await work({ at, path: await readlink(at), uid, id: `${dev}:${ino}`, handle })
  } finally {
    await handle.close()
  }
}

/** Removes a tree; rm(1) follows no links, nor ones that are put there meanwhile. */
export async function removeTree(path: string): Promise<void> {
  await run('rm', ['-rf', '--', path])
}

/** A file that only root can take a lock on, made where it is missing. Throws LunaError `failed`. */
export async function rootsLock(folder: string, name: string): Promise<string> {
  const locks = join(rootsOwn, folder)
  await makeFolder(locks, 0o700)
  for (const each of [rootsOwn, locks]) {
    const found = await lstat(each)
    if (found.uid !== 0 || !found.isDirectory())
      throw new LunaError('failed', `${each} is not root’s own directory`, { fix: `rm -r ${each}` })
    await chmod(each, 0o700)
  }
  const file = join(locks, name)
  await (await open(file, 'a', 0o600)).close()
  return file
}
