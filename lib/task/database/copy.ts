// Copies of databases that are removed or replaced: exported texts beside the store.
import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { makeFolder } from '../../host/make-folder.ts'
import { kinds } from '../../object/field.ts'
import { dumpText } from '../../store/dump.ts'
import type { Dump } from '../../store/store.ts'

/** Where copies go: beside the file of an embedded store, for MongoDB where that file would be. */
export function copiesFolder({ store }: Pick<Config, 'store'>): string {
  return 'embedded' in store ? dirname(store.embedded) : (process.env.STATE_DIRECTORY ?? '/var/lib/luna')
}

/**
 * Writes a database to a new file of a folder, which only its owner can read, and gives its path; undefined
 * for an empty one. Throws LunaError `failed`.
 */
export async function keepCopy(dump: Dump, folder: string): Promise<string | undefined> {
  if (Object.keys(dump).length === 0) return undefined
  const time = new Date().toISOString().replaceAll(/[:-]|\.\d+/g, '')
  await makeFolder(folder).catch((cause: unknown) => fail(folder, cause))
  for (let number = 0; ; number++) {
    const path = join(folder, `luna-${time}${number === 0 ? '' : `-${number}`}.json`)
    if (await writeNew(path, dumpText(dump))) return path
  }
}

/** False where there is such a file already. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    return true
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false
    await rm(path, { force: true })
    return fail(path, cause)
  }
}

function fail(path: string, cause: unknown): never {
  throw new LunaError('failed', 'cannot keep a copy of the old database, so that nothing was changed', {
    why: cause instanceof Error ? cause.message : String(cause),
    fix: `make room for ${path}, or make its directory writable`,
    cause,
  })
}

/**
 * What is in a database, for people: "1 cluster, 2 groups, 198 nodes"; "nothing" where none of Luna's objects
 * are.
 */
export function contentOf(dump: Dump): string {
  const counts = kinds.flatMap((kind) => {
    const count = dump[kind]?.length ?? 0
    const many = kind === 'switch' ? 'switches' : `${kind}s`
    return count === 0 ? [] : [`${count} ${count === 1 ? kind : many}`]
  })
  return counts.join(', ') || 'nothing'
}
