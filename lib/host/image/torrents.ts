// The directory torrents/: which torrents of Luna are there with their tarballs, and what else. Names are
// UUIDs; other files, and drafts, are nobody's business here.
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bdict } from 'bencode'
import { isMissing } from '../file.ts'
import { bdecodeDictionary, infoOf, integerOf, textOf } from './bdecode.ts'
import { createdBy } from './metainfo.ts'
import { sumFile } from './sum.ts'

export interface TorrentFile {
  /** Its name in the directory. */
  readonly file: string
  readonly bytes: Uint8Array
  /** The file that it is of, as large as it says. */
  readonly tarball: string
}

export interface TorrentFolder {
  readonly torrents: readonly TorrentFile[]
  /** Tarballs that none of the torrents is of. */
  readonly lone: readonly string[]
  /** Torrents that cannot be seeded, and why. */
  readonly skipped: ReadonlyMap<string, string>
}

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const torrentName = new RegExp(`^${uuid}\\.torrent$`)
const tarballName = new RegExp(`^${uuid}\\.tgz$`)

// One of a tarball of 64 GiB takes 320 KiB.
const largestTorrent = 16 * 2 ** 20

/** What is in the directory; nothing when there is no such directory. */
export async function readTorrents(folder: string): Promise<TorrentFolder> {
  const names = await readdir(folder).catch((cause: unknown) => {
    if (isMissing(cause)) return []
    throw cause
  })
  const torrents: TorrentFile[] = []
  const skipped = new Map<string, string>()
  for (const file of names.filter((name) => torrentName.test(name)).sort()) {
    const read = await readTorrent(folder, file).catch((cause: unknown) => String(cause))
    if (typeof read === 'string') skipped.set(file, read)
    else torrents.push(read)
  }
  const known = new Set(torrents.map(({ tarball }) => tarball))
  const lone = names.filter((name) => tarballName.test(name) && !known.has(name)).sort()
  return { torrents, lone, skipped }
}

/** The torrent, or why it cannot be seeded. */
async function readTorrent(folder: string, file: string): Promise<TorrentFile | string> {
  const path = join(folder, file)
  if ((await stat(path)).size > largestTorrent) return 'it is too large for a torrent'
  const bytes = await readFile(path)
  const torrent = tryDecode(bytes)
  if (!torrent) return 'it is not a torrent'
  if (textOf(torrent, 'created by') !== createdBy) return 'Luna did not make it'
  const info = infoOf(torrent, bytes)
  const content = info && contentOf(info)
  if (!content) return 'it is not of one tarball'
  const found = await stat(join(folder, content.name)).catch(() => undefined)
  if (!found?.isFile()) return `its tarball ${content.name} is missing`
  if (found.size !== content.length) return `its tarball ${content.name} has another size`
  return { file, bytes, tarball: content.name }
}

function tryDecode(bytes: Uint8Array): Bdict | undefined {
  try {
    return bdecodeDictionary(bytes)
  } catch {
    return undefined
  }
}

function contentOf(info: Bdict): { name: string; length: number } | undefined {
  const name = textOf(info, 'name')
  const length = integerOf(info, 'length')
  return name && tarballName.test(name) && length !== undefined ? { name, length } : undefined
}

/** Removes files of the directory; those that are gone already are no error. */
export async function removeTorrentFiles(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files)
    for (const each of [file, sumFile(file)]) await rm(join(folder, each), { force: true })
}
