// What makedhcp is going to do: the range, the files of all heads, and what the operator should know.
import type { Config } from '../../config.ts'
import type { Store } from '../../store/store.ts'
import { findHeads, type Heads } from '../heads.ts'
import { getCluster, loadInventory } from '../inventory.ts'
import { type Notes, newNotes } from '../outcome.ts'
import { type DhcpFile, factsOf, filesOf } from './dhcp-files.ts'
import { type DhcpRange, findRange, type RangeWish, rangeWarnings } from './dhcp-range.ts'
import { reservations } from './dhcp-reservation.ts'

export interface DhcpWish extends RangeWish {
  /** Two heads answer, as a failover pair. */
  readonly nativeHa?: boolean
  readonly dryRun?: boolean
}

export interface DhcpPlan {
  readonly range: DhcpRange
  readonly files: readonly DhcpFile[]
  readonly heads: Heads
  /** The heads are a failover pair. */
  readonly native: boolean
  readonly notes: Notes
}

/** Reads all of it from the store. What is wrong with the wish is exit status 1; an unknown network 255. */
export async function planDhcp(
  store: Store,
  host: Pick<Config, 'paths' | 'services'>,
  wish: DhcpWish,
): Promise<DhcpPlan> {
  const cluster = await getCluster(store)
  const all = await loadInventory(store)
  const range = await findRange(store, cluster, all, wish)
  const heads = await findHeads(cluster)
  const native = wish.nativeHa ?? false
  const notes = newNotes()
  notes.warnings.push(...rangeWarnings(cluster, all, range))
  if (native && heads.own === undefined && heads.others.length === 0)
    notes.warnings.push('the cluster has one head only (cluster_ips is not set): no failover pair')
  const cards = { macs: await store.macs(), also: await store.also() }
  const hosts = reservations(range.network, all, cards, notes)
  const facts = await factsOf(host.paths.dhcpd_conf, cluster, range, hosts)
  return { range, files: await filesOf(host, cluster, facts, heads, native), heads, native, notes }
}
