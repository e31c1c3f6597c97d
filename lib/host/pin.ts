// Directories held open. Whoever owns a directory above can rename what is in it, or put a link there, while
// root works by its path; by a handle root stays where it began (openat(2)).
import { constants } from 'node:fs'
import { type FileHandle, open, readlink } from 'node:fs/promises'
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
