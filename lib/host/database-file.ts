// The file of the embedded store and its directory, which root may have made: the daemons, which run as the
// cluster's user, write to both.
import { chown, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Owner } from './user.ts'

/**
 * Gives the file, its side files and its directory to a user. What belongs to another user than root stays,
 * and so does a directory that has other files in it. Gives what the user still lacks, as a sentence;
 * undefined where that is nothing, or where this process is not root's.
 */
export async function giveDatabase(path: string, user: string, owner: Owner): Promise<string | undefined> {
  if (process.geteuid?.() !== 0) return undefined
  const dir = dirname(path)
  const name = basename(path)
  const there = await readdir(dir)
  const own = there.filter((one) => [name, `${name}-wal`, `${name}-shm`].includes(one))
  for (const one of own) await giveFromRoot(join(dir, one), owner)
  if (own.length === there.length) await giveFromRoot(dir, owner)
  const { uid } = await stat(dir)
  if (uid === owner.uid || owner.uid === 0) return undefined
  return `the directory of the database, ${dir}, does not belong to ${user}, who must be able to write to it`
}

async function giveFromRoot(path: string, { uid, gid }: Owner): Promise<void> {
  const now = await stat(path)
  if (now.uid === 0 && uid !== 0) await chown(path, uid, gid)
}
