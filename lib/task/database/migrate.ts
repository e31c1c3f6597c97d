// luna db migrate: takes over the database of a first Luna. Reports its defects and what would be generated
// differently, and adds unique names and indexes. No document is changed: the first Luna can go on with it.
import type { Config } from '../../config.ts'
import { openMemoryStore } from '../../store/open.ts'
import type { Duplicate, Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { checkCluster, type Finding } from './check.ts'
import type { Difference } from './difference.ts'
import { dryRunAll } from './dry-run.ts'

export interface Migration {
  /** What `luna cluster check` finds. */
  readonly defects: readonly Finding[]
  /** What would be missing from what is generated, or be different. */
  readonly differences: readonly Difference[]
  /** Names that cannot be made unique while they are there several times; empty with `dryRun`. */
  readonly duplicates: readonly Duplicate[]
}

/**
 * Looks at the whole database, and makes names unique and the indexes that are missing. Can be done again at
 * any time. Throws LunaError `not-found` where there is no cluster, `refused` when the database has not
 * version 1.2.
 */
export async function migrate(
  store: Store,
  host: Pick<Config, 'paths' | 'services'>,
  wish: { readonly dryRun?: boolean } = {},
): Promise<Migration> {
  await getCluster(store)
  const copy = openMemoryStore()
  try {
    await copy.restore(await store.dump())
    const defects = await checkCluster(copy, { repair: false })
    const differences = await dryRunAll(copy, host)
    const duplicates = wish.dryRun ? [] : await store.makeNamesUnique()
    return { defects, differences, duplicates }
  } finally {
    await copy.close()
  }
}

/** How many findings need a look before nodes boot from here. */
export function troubles({ defects, differences }: Migration): number {
  return defects.filter(({ harmless }) => !harmless).length + differences.filter(({ lost }) => lost).length
}
