// The whole database as text, and back: for backups, and to change from one store to another.
import { LunaError } from '../../error.ts'
import { dumpText, parseDump, type Store } from '../../store/store.ts'

/** The database as canonical Extended JSON (version 2), one document a line. */
export async function exportDatabase(store: Store): Promise<string> {
  return dumpText(await store.dump())
}

/**
 * Loads what `exportDatabase` gave, all at once, into an empty database, or with `replace` in place of what
 * is there.
 * `refused` when there is something, `invalid` when the text is no database; nothing has changed then.
 */
export async function importDatabase(
  store: Store,
  text: string,
  { replace = false }: { replace?: boolean } = {},
): Promise<void> {
  const dump = parseDump(text)
  await store.transaction(async (inner) => {
    const present = replace ? [] : Object.keys(await inner.dump())
    if (present.length > 0) {
      throw new LunaError('refused', `the ${store.where} is not empty`, {
        why: `it has documents in ${present.join(', ')}`,
        fix: 'give --replace to put the new database in place of it',
      })
    }
    await inner.restore(dump)
  })
}
