// The folder that mongodump writes: COLLECTION.bson or COLLECTION.bson.gz for every collection, documents one
// after another, and metadata that tells of indexes and is not needed.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError } from '../../error.ts'
import { type Bytes, bytesOfFile, terminator, unpacked } from './bytes.ts'
import { type DumpGathering, isLeftOut } from './gather.ts'

/**
 * Reads the folder of a database, or the one that has such a folder `luna` in it. Throws LunaError `invalid`.
 */
export async function readFolder(folder: string, into: DumpGathering): Promise<void> {
  const inner = join(folder, 'luna')
  const files = await bsonFiles(inner)
  if (files.length > 0) return await readFiles(inner, files, into)
  const outer = await bsonFiles(folder)
  if (outer.length > 0) return await readFiles(folder, outer, into)
  throw new LunaError('invalid', `there is no dump of the database luna in ${folder}`, {
    why: 'neither it nor its folder luna has files named COLLECTION.bson or COLLECTION.bson.gz',
    fix: 'give the folder that was written by: mongodump -d luna -o FOLDER',
  })
}

async function bsonFiles(folder: string): Promise<string[]> {
  const isFolder = await stat(folder).then(
    (it) => it.isDirectory(),
    () => false,
  )
  if (!isFolder) return []
  return (await readdir(folder)).filter((name) => /\.bson(\.gz)?$/.test(name)).sort()
}

async function readFiles(folder: string, files: readonly string[], into: DumpGathering): Promise<void> {
  const seen = new Map<string, string>()
  for (const file of files) {
    const path = join(folder, file)
    const collection = collectionOf(file)
    if (isLeftOut(collection)) continue
    const raw = bytesOfFile(path)
    const other = seen.get(collection)
    if (other !== undefined) throw raw.damaged(`${collection} is in ${other} as well`)
    seen.set(collection, file)
    await readFile(collection, file.endsWith('.gz') ? unpacked(raw) : raw, into)
  }
}

async function readFile(collection: string, bytes: Bytes, into: DumpGathering): Promise<void> {
  into.begin(collection, bytes)
  for (let piece = await bytes.document(); piece !== undefined; piece = await bytes.document()) {
    if (piece === terminator) throw bytes.damaged('no document is -1 bytes long')
    into.take(collection, piece, bytes)
  }
}

/** The name of a collection; characters that a file cannot have in its name are written as %XX. */
function collectionOf(file: string): string {
  const name = file.replace(/\.bson(\.gz)?$/, '')
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
