// Where the tree of an image is.
import { realpath, stat } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import type { Osimage } from '../../object/osimage.ts'

/**
 * The real path of the tree of an image: programs that are given a link on their command line take the link
 * itself. Throws LunaError `invalid` when no directory is there, or the root of this machine.
 */
export async function treeOf({ name, path }: Pick<Osimage, 'name' | 'path'>): Promise<string> {
  const root = path ? await realpath(path).catch(() => undefined) : undefined
  const own = root !== undefined && (await isRoot(root))
  if (root && !own && path?.startsWith('/') && (await stat(root)).isDirectory()) return root
  throw new LunaError('invalid', `the tree of osimage "${name}" is not there`, {
    why: why(path, own),
    fix: `luna osimage change ${name} --path DIRECTORY`,
  })
}

/** The root of this machine may be mounted elsewhere, too. */
async function isRoot(path: string): Promise<boolean> {
  const [one, root] = await Promise.all([stat(path), stat('/')])
  return one.dev === root.dev && one.ino === root.ino
}

function why(path: string | null, own: boolean): string {
  if (!path) return 'its path is not set'
  return own ? `${path} is the root of this machine` : `${path} is not a directory`
}
