// The whole database out of a store, and back: for backups, and to change from one store to another.
import { LunaError } from '../../error.ts'
import { makeFolder } from '../../host/make-folder.ts'
import { dumpText } from '../../store/dump.ts'
import { writeMongodump } from '../../store/open.ts'
import type { Dump, Store } from '../../store/store.ts'
import { assertActiveHead } from '../heads.ts'
import { contentOf, keepCopy } from './copy.ts'

/** The database as canonical Extended JSON (version 2), one document a line. */
export async function exportDatabase(store: Store, what?: { readonly records: boolean }): Promise<string> {
  return dumpText(await store.dump(what))
}

/**
 * The database as mongodump writes it, in the folder `luna` of a directory, which is made when it is not
 * there. Gives the path of the folder. Throws LunaError `refused` when there is such a folder, `failed` when
 * it cannot be written.
 */
export async function exportMongodump(
  store: Store,
  directory: string,
  what?: { readonly records: boolean },
): Promise<string> {
  const dump = await store.dump(what)
  await makeFolder(directory, 0o700).catch((cause: unknown) => {
    throw new LunaError('failed', `cannot write ${directory}`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'give another directory',
      cause,
    })
  })
  return await writeMongodump(dump, directory)
}

/** How a database may take the place of another one. */
export interface Replacing {
  /** Also when it has no cluster. */
  readonly force: boolean
  /** The folder for a copy of the old database. */
  readonly copies: string
}

/** What was loaded, and in place of what: a line for people, and the file with the copy of the old one. */
export interface Replaced {
  readonly line: string
  /** Absent where nothing was there. */
  readonly copy?: string
}

/**
 * Loads a database, all at once, into an empty one, or with `replacing` in place of what is there, of which a
 * copy is kept. Nothing has changed when it throws LunaError: `refused` when there is something, this head is
 * a passive one of its cluster, or the new database has no cluster, `failed` when MongoDB refuses it or no
 * copy can be kept.
 */
export async function importDatabase(store: Store, dump: Dump, replacing?: Replacing): Promise<Replaced> {
  return await store.transaction(async (tx) => {
    const old = await tx.dump()
    const isEmpty = Object.keys(old).length === 0
    if (!isEmpty) refuseReplacing(store, old, dump, replacing)
    for (const cluster of await tx.list('cluster')) await assertActiveHead(cluster)
    const copy = replacing && (await keepCopy(old, replacing.copies))
    await tx.restore(dump)
    if (isEmpty || !copy) return { line: `loaded ${contentOf(dump)}` }
    return { line: `${contentOf(old)} replaced by ${contentOf(dump)}`, copy }
  })
}

function refuseReplacing(store: Store, old: Dump, dump: Dump, replacing?: Replacing): void {
  if (!replacing) {
    throw new LunaError('refused', `the ${store.where} is not empty`, {
      why: `it has documents in ${Object.keys(old).join(', ')}`,
      fix: 'give --replace to put the new database in place of it',
    })
  }
  if (replacing.force || (dump.cluster ?? []).length > 0) return
  throw new LunaError('refused', 'the new database has no cluster', {
    why: `it has ${contentOf(dump)}, and would replace ${contentOf(old)}`,
    fix: 'give a database that has one, or --force as well',
  })
}
