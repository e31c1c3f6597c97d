import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import type { Steps } from '../../host/apply-files.ts'
import type { DesiredFile } from '../../host/file.ts'
import { checkDhcpd, restartDhcpd } from '../../host/service/dhcpd.ts'
import { bringUp, isActive } from '../../host/service/service.ts'
import type { Cluster } from '../../object/cluster.ts'
import { parseIp } from '../../object/net/address.ts'
import { addressUses, type Inventory } from '../../object/net/address-use.ts'
import type { Network } from '../../object/network.ts'
import { prefixOf } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'
import { updateLinked } from '../change/reference-counts.ts'
import { getCluster } from '../get-cluster.ts'
import { findHeads, type Heads } from '../heads.ts'
import { loadInventory } from '../inventory.ts'
import { type Notes, newNotes } from '../outcome.ts'
import { factsOf, filesOf, tellOthers, tryOthers } from './dhcp-files.ts'
import { type DhcpRange, findRange, type RangeWish, usersIn } from './dhcp-range.ts'
import { type Generated, generateFiles } from './generate.ts'

export interface DhcpWish extends RangeWish {
  /** Two heads answer, as a failover pair. */
  readonly nativeHa?: boolean
  readonly dryRun?: boolean
}

type Host = Pick<Config, 'paths' | 'services'>

/**
 * Writes dhcpd.conf, restarts dhcpd when it differs, and moves the DHCP range when a new one is given: files first, database
 * last. What is wrong with the wish is `invalid` or `refused`; an unknown network `not-found`.
 */
export async function makeDhcp(store: Store, host: Host, wish: DhcpWish): Promise<Generated> {
  if (wish.dryRun) return (await makeFiles(store, host, wish)).made
  return await store.transaction(async (tx) => {
    const { made, range, cluster, notes } = await makeFiles(tx, host, wish)
    if (range.moved) await recordRange(tx, cluster, range, notes)
    await mendLink(tx, cluster, range.network)
    return made
  })
}

async function makeFiles(store: Store, host: Host, wish: DhcpWish) {
  const cluster = await getCluster(store)
  requireFrontend(cluster)
  const all = await loadInventory(store)
  const range = await findRange(store, cluster, all, wish)
  const notes = newNotes()
  const heads = await findHeads(cluster)
  const native = wish.nativeHa ?? false
  warn(cluster, all, range, heads, native, notes)
  const facts = await factsOf(store, host, cluster, all, range, notes)
  const files = await filesOf(host, cluster, facts, heads, native)
  // Both halves of a pair forget together: one that asks the other for leases of the former range would wait an hour (mclt).
  const together = native && range.moved && !wish.dryRun ? heads : undefined
  const steps = stepsOf(host, files, range.moved, together)
  const made = await generateFiles(files, steps, wish.dryRun ?? false, notes).catch(
    async (error: unknown) => {
      if (together) await tryOthers(host, together, 'start')
      throw error
    },
  )
  if (!wish.dryRun) await tellOthers(host, heads, range.moved, native, notes)
  return { made, range, cluster, notes }
}

/** `others` are heads whose dhcpd may not run while the one here starts. */
function stepsOf(host: Host, files: readonly DesiredFile[], moved: boolean, others?: Heads): Steps {
  const { dhcpd_conf: conf, dhcpd_leases: leases } = host.paths
  const unit = host.services.dhcpd
  return {
    async check(draftOf) {
      for (const { path } of files) await checkDhcpd(draftOf(path))
    },
    async activate(changed) {
      if (others) await tryOthers(host, others, 'stop')
      if (moved || changed.includes(conf)) await restartDhcpd(unit, leases, moved)
      else if (!(await isActive(unit))) await bringUp('start', unit)
    },
  }
}

function requireFrontend(cluster: Cluster): void {
  if (parseIp(cluster.frontend_address ?? '')?.version === 4) return
  const now = cluster.frontend_address
    ? `${JSON.stringify(cluster.frontend_address)} is none`
    : 'there is none'
  throw new LunaError('invalid', 'DHCP needs an IPv4 frontend address', {
    why: now,
    fix: 'luna cluster change --frontend_address ADDRESS',
  })
}

function warn(
  cluster: Cluster,
  all: Inventory,
  range: DhcpRange,
  heads: Heads,
  native: boolean,
  notes: Notes,
): void {
  const others = addressUses({ ...all, cluster: [] })
  for (const user of usersIn(range.network, others, range.start, range.end))
    notes.warnings.push(`inside the DHCP range: ${user}; unknown machines may get the same address`)
  const frontend = parseIp(cluster.frontend_address ?? '')?.value ?? 0n
  const base = prefixOf(range.network).base
  if (frontend >= base + range.start && frontend <= base + range.end)
    notes.warnings.push(`the DHCP range contains the frontend address ${cluster.frontend_address}`)
  if (native && heads.own === undefined && heads.others.length === 0)
    notes.warnings.push('the cluster has one head only (cluster_ips is not set): no failover pair')
}

async function recordRange(store: Store, cluster: Cluster, range: DhcpRange, notes: Notes): Promise<void> {
  for (const [id, freelist] of range.freelists) await store.update('network', id, { freelist })
  const change = { dhcp_net: range.network.id, dhcp_range_start: range.start, dhcp_range_end: range.end }
  await updateLinked(store, 'cluster', cluster, change, notes)
}

/** The first Luna could lose the link to the DHCP network while the range stayed. */
async function mendLink(store: Store, cluster: Cluster, network: Network): Promise<void> {
  const user = { kind: 'cluster', id: cluster.id } as const
  const linked = (await store.uses(user)).some(({ id }) => id === network.id)
  if (!linked) await store.link(user, { kind: 'network', id: network.id })
}
