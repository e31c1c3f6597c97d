// What the checks of luna doctor look at, read once.
import type { Config } from '../../config.ts'
import { paths } from '../../object/cluster.ts'
import type { Store } from '../../store/store.ts'
import { findHeads, isActiveHead } from '../heads.ts'
import { getCluster, loadInventory } from '../inventory.ts'
import type { Head } from './check.ts'

/** Reads the database into `copy`, and which head this is. Throws LunaError where there is no cluster. */
export async function lookAtHead(store: Store, copy: Store, config: Config): Promise<Head> {
  await getCluster(store)
  await copy.restore(await store.dump())
  const cluster = await getCluster(copy)
  return {
    config,
    store: copy,
    advice: await store.advice(),
    cluster,
    paths: paths(cluster),
    all: await loadInventory(copy),
    heads: await findHeads(cluster),
    active: await isActiveHead(cluster),
    root: process.geteuid?.() === 0,
  }
}
