// The installed system as a folder: what is in a package, with modes and times that depend on the source
// only.
import { lstat, mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from '../../lib/host/run.ts'
import type { File, Format, Package } from './description.ts'

export const top = join(import.meta.dirname, '../..')

/** Where the build has what it has made: for this architecture, or for all. */
export type Made = (name: string) => string

/** An entry of the installed system: its absolute path, and the row of the description that it comes from. */
export interface Entry {
  readonly path: string
  readonly type: 'file' | 'folder' | 'link'
  readonly row: File
}

/** Lays the files of a package out below `root`, and lists them by path. */
export async function layOut(of: Package, format: Format, root: string, made: Made): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const row of of.files) {
    if (row.only && row.only !== format) continue
    const target = join(root, row.to)
    await mkdir(dirname(target), { recursive: true })
    if (row.kind === 'link') await symlink(row.from, target)
    // -L: an npm package of ours is a link to packaging/npm
    else await run('cp', ['-RL', row.kind === 'made' ? made(row.from) : join(top, row.from), target])
    entries.push(...(await normalize(root, row)))
  }
  // what is made takes the place of what a source tree may have of it
  const once = [...new Map(entries.map((entry) => [entry.path, entry])).values()]
  return [...once, ...foldersAbove(once)].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Folders of ours that no row names, as they hold only what rows name. */
function foldersAbove(entries: readonly Entry[]): Entry[] {
  const named = new Set(entries.map(({ path }) => path))
  const above = new Map<string, Entry>()
  for (const { path, row } of entries)
    for (let up = dirname(path); /\/luna(-client)?(\/|$)/.test(up); up = dirname(up))
      if (!named.has(up)) above.set(up, { path: up, type: 'folder', row })
  return [...above.values()]
}

/** Gives what a row has brought its modes, whatever the umask and the source tree have. */
async function normalize(root: string, row: File, path = row.to): Promise<Entry[]> {
  const place = join(root, path)
  const info = await lstat(place)
  if (info.isSymbolicLink()) return [{ path, type: 'link', row }]
  if (!info.isDirectory()) {
    await run('chmod', [(row.mode ?? (info.mode & 0o100 ? 0o755 : 0o644)).toString(8), place])
    return [{ path, type: 'file', row }]
  }
  const names = await readdir(place)
  const inside = await Promise.all(names.map((name) => normalize(root, row, `${path}/${name}`)))
  return [{ path, type: 'folder', row }, ...inside.flat()]
}
