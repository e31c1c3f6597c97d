// Paths of an image's tree as programs inside would see them: links are resolved below the root of the tree,
// as after chroot(2), and never lead to what the head itself has there.
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

// As many as the kernel follows before it says ELOOP (path_resolution(7)).
const mostLinks = 40

/**
 * The real path, on this machine, of `path` in the tree at `root`: no component below `root` is a link. What
 * does not exist is kept as it is, so that it can be made. Undefined where links lead in a circle.
 */
export async function inTree(root: string, path: string): Promise<string | undefined> {
  const left = path.split('/')
  let done: string[] = []
  let links = 0
  while (left.length > 0) {
    const name = left.shift() ?? ''
    if (name === '' || name === '.') continue
    if (name === '..') {
      done.pop()
      continue
    }
    const target = await readlink(join(root, ...done, name)).catch(() => undefined)
    if (target === undefined) done.push(name)
    else if (++links > mostLinks) return undefined
    else {
      if (target.startsWith('/')) done = []
      left.unshift(...target.split('/'))
    }
  }
  return join(root, ...done)
}

/** The real path of `path` when a regular file is there; undefined otherwise. */
export async function fileInTree(root: string, path: string): Promise<string | undefined> {
  const real = await inTree(root, path)
  const found = real === undefined ? undefined : await lstat(real).catch(() => undefined)
  return found?.isFile() ? real : undefined
}

/** The names in a directory of the tree; none where there is no such directory. */
export async function namesInTree(root: string, path: string): Promise<string[]> {
  const real = await inTree(root, path)
  return real === undefined ? [] : await readdir(real).catch(() => [])
}
