// A database as `mongodump -d luna -o DIRECTORY` writes it, for mongorestore of MongoDB 2.4 and later.
import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, serialize } from 'bson'
import { LunaError } from '../../error.ts'
import type { Dump } from '../store.ts'

/**
 * Writes the folder `luna` into a directory, and gives its path. Only its owner can read it. Throws LunaError
 * `refused` when there is such a folder, `failed` when it cannot be written; nothing is left of it then.
 */
export async function writeMongodump(dump: Dump, directory: string): Promise<string> {
  const folder = join(directory, 'luna')
  let draft: string | undefined
  try {
    draft = await mkdtemp(join(directory, '.luna-'))
    for (const [collection, documents] of Object.entries(dump)) {
      const path = join(draft, encodeURIComponent(collection))
      await writeSafely(`${path}.bson`, bytesOf(documents))
      await writeSafely(`${path}.metadata.json`, [metadataOf(collection)])
    }
    await rename(draft, folder)
    return folder
  } catch (cause) {
    if (draft !== undefined) await rm(draft, { recursive: true, force: true })
    throw explained(folder, cause)
  }
}

function* bytesOf(documents: readonly Document[]): Generator<Uint8Array> {
  for (const document of documents) yield serialize(document)
}

/** Luna makes its indexes itself. MongoDB before 3.0 wants to know the collection of an index, too. */
function metadataOf(collection: string): string {
  const id = { v: 1, key: { _id: 1 }, name: '_id_', ns: `luna.${collection}` }
  return JSON.stringify({ options: {}, indexes: [id] })
}

async function writeSafely(path: string, parts: Iterable<string | Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(parts)
    await file.sync()
  } finally {
    await file.close()
  }
}

function explained(folder: string, cause: unknown): LunaError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOTEMPTY' || code === 'EEXIST') {
    return new LunaError('refused', `there is ${folder} already`, {
      fix: 'give another directory, or remove it',
      cause,
    })
  }
  return new LunaError('failed', `cannot write ${folder}`, {
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'make room there, or give another directory',
    cause,
  })
}
