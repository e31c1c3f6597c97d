// Directories with all that is missing above them.
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a directory and the missing ones above it with that mode, which the umask cuts. Gives the first one
 * that was made; undefined where all were there. That of Node asks without end where nothing can be made in a
 * directory that is there, as in /proc. Rejects with the error of mkdir(2), ENOTDIR for what is something
 * else.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<string | undefined> {
  let first: string | undefined
  for (let tries = 0; ; tries++) {
    try {
      await mkdir(path, { mode })
      return first ?? path
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EEXIST' && (await stat(path)).isDirectory()) return first
      if (code === 'EEXIST') throw Object.assign(new Error(`${path} is no directory`), { code: 'ENOTDIR' })
      if (code !== 'ENOENT' || tries > 0 || dirname(path) === path) throw error
      first = await makeFolder(dirname(path), mode)
    }
  }
}
