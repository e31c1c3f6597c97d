// luna db migrate: takes over the database of a first Luna. Reports its defects and what would be generated
// differently, and adds unique names and indexes. No document is changed: the first Luna can go on with it.
import type { Config } from '../../config.ts'
import type { Cluster } from '../../object/cluster.ts'
import { openMemoryStore } from '../../store/open.ts'
import type { Duplicate, Store } from '../../store/store.ts'
import { getCluster } from '../inventory.ts'
import { checkCluster, type Finding } from './check.ts'
import type { Difference } from './difference.ts'
import { dryRunAll } from './dry-run.ts'

export interface Migration {
  /** What `luna cluster check` finds. */
  readonly defects: readonly Finding[]
  /** What would be missing from what is generated, or be different. */
  readonly differences: readonly Difference[]
  /** What is other than with the first Luna whatever the database holds, and how to have that back. */
  readonly remarks: readonly string[]
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
  const remarks = accessRemarks(await getCluster(store))
  const copy = openMemoryStore()
  try {
    await copy.restore(await store.dump())
    const defects = await checkCluster(copy, { repair: false })
    const differences = await dryRunAll(copy, host)
    const duplicates = wish.dryRun ? [] : await store.makeNamesUnique()
    return { defects, differences, remarks, duplicates }
  } finally {
    await copy.close()
  }
}

/** How many findings need a look before nodes boot from here. */
export function troubles({ defects, differences }: Migration): number {
  return defects.filter(({ harmless }) => !harmless).length + differences.filter(({ lost }) => lost).length
}

function accessRemarks({ boot_access }: Pick<Cluster, 'boot_access'>): string[] {
  if (boot_access) return []
  return [
    'boot access: install scripts and statuses are for the node itself, by its MAC address or behind a router by its own address; for everybody, as with the first Luna (scripts of yours that ask from elsewhere, nodes that boot by DHCP from beyond a router): luna cluster change --boot_access open',
  ]
}
