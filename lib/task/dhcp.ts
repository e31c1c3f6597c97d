// luna cluster makedhcp: dhcpd.conf for the DHCP network, and the other heads' dhcpd.conf.
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { Config } from '../config.ts'
import { LunaError } from '../error.ts'
import { checkDhcpd, dhcpdOwner, restartDhcpd } from '../host/dhcpd.ts'
import { readText, type Wanted } from '../host/file.ts'
import { copyTo, runOn } from '../host/remote.ts'
import { bringUp, isActive } from '../host/service.ts'
import { fromOffset, parseIp } from '../object/address.ts'
import { type Cluster, frontendUrl } from '../object/cluster.ts'
import type { Network } from '../object/network.ts'
import { prefixOf } from '../object/network.ts'
import { type Everything, recordedAddresses } from '../object/recorded.ts'
import { type DhcpdFacts, dhcpdSecret, type Failover, keyOfDhcpd, renderDhcpd } from '../render/dhcpd.ts'
import type { Store } from '../store/store.ts'
import { type DhcpRange, findRange, type RangeWish, usersIn } from './dhcp-range.ts'
import { reservations } from './dhcp-reservation.ts'
import { fetchEverything } from './everything.ts'
import { getCluster } from './general.ts'
import { findHeads, type Heads } from './heads.ts'
import { updateLinked } from './link.ts'
import { type Made, make, templatesOf } from './made.ts'
import { attempt, type Notes, newNotes } from './outcome.ts'

export interface DhcpWish extends RangeWish {
  /** Two heads answer, as a failover pair. */
  readonly nativeHa?: boolean
  readonly dryRun?: boolean
}

type Host = Pick<Config, 'paths' | 'services'>

/**
 * Writes dhcpd.conf, restarts dhcpd when it differs, and moves the DHCP range when a new one is given: files first, database
 * last. What is wrong with the wish is exit status 1; an unknown network 255.
 */
export async function makeDhcp(store: Store, host: Host, wish: DhcpWish): Promise<Made> {
  if (wish.dryRun) return (await makeFiles(store, host, wish)).made
  return await store.alone(async (alone) => {
    const { made, range, cluster, notes } = await makeFiles(alone, host, wish)
    if (range.moved) await recordRange(alone, cluster, range, notes)
    await mendLink(alone, cluster, range.network)
    return made
  })
}

async function makeFiles(store: Store, host: Host, wish: DhcpWish) {
  const cluster = await getCluster(store)
  requireFrontend(cluster)
  const all = await fetchEverything(store)
  const range = await findRange(store, cluster, all, wish)
  const notes = newNotes()
  const heads = await findHeads(cluster)
  warn(cluster, all, range, heads, wish, notes)
  const facts = await factsOf(store, host, cluster, all, range, notes)
  const files = await filesOf(host, cluster, facts, heads, wish)
  const { dhcpd_conf: conf, dhcpd_leases: leases } = host.paths
  const unit = host.services.dhcpd
  const steps = {
    check: async (draftOf: (path: string) => string) => {
      for (const { path } of files) await checkDhcpd(draftOf(path))
    },
    activate: async (changed: readonly string[]) => {
      if (range.moved || changed.includes(conf)) await restartDhcpd(unit, leases, range.moved)
      else if (!(await isActive(unit))) await bringUp('start', unit)
    },
  }
  const made = await make(files, steps, wish.dryRun ?? false, notes)
  if (!wish.dryRun) await tellOthers(host, heads, range.moved, wish.nativeHa ?? false, notes)
  return { made, range, cluster, notes }
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
  all: Everything,
  range: DhcpRange,
  heads: Heads,
  wish: DhcpWish,
  notes: Notes,
): void {
  const others = recordedAddresses({ ...all, cluster: [] })
  for (const user of usersIn(range.network, others, range.start, range.end))
    notes.warnings.push(`inside the DHCP range: ${user}; unknown machines may get the same address`)
  const frontend = parseIp(cluster.frontend_address ?? '')?.value ?? 0n
  const base = prefixOf(range.network).base
  if (frontend >= base + range.start && frontend <= base + range.end)
    notes.warnings.push(`the DHCP range contains the frontend address ${cluster.frontend_address}`)
  if (wish.nativeHa && heads.own === undefined && heads.others.length === 0)
    notes.warnings.push('the cluster has one head only (cluster_ips is not set): no failover pair')
}

async function factsOf(
  store: Store,
  host: Host,
  cluster: Cluster,
  all: Everything,
  range: DhcpRange,
  notes: Notes,
): Promise<Omit<DhcpdFacts, 'failover'>> {
  const prefix = prefixOf(range.network)
  const kept = keyOfDhcpd((await readText(host.paths.dhcpd_conf)) ?? '')
  return {
    network: prefix,
    start: fromOffset(prefix, range.start),
    end: fromOffset(prefix, range.end),
    frontend: cluster.frontend_address ?? '',
    url: frontendUrl(cluster),
    key: kept ?? randomBytes(32).toString('base64'),
    hosts: reservations(range.network, all, await store.macs(), notes),
  }
}

async function filesOf(
  host: Host,
  cluster: Cluster,
  facts: Omit<DhcpdFacts, 'failover'>,
  heads: Heads,
  wish: DhcpWish,
): Promise<Wanted[]> {
  const { own, others } = heads
  const pair = wish.nativeHa && own !== undefined && others[0] !== undefined ? [own, others[0]] : undefined
  if (wish.nativeHa && !pair && (own ?? others[0])) throw noPair(cluster)
  const owner = await dhcpdOwner()
  const file = (path: string, failover: Failover | null): Wanted => {
    const content = renderDhcpd({ ...facts, failover }, templatesOf(cluster))
    return { path, content, mode: 0o640, owner, secret: dhcpdSecret }
  }
  const [address = '', peer = ''] = pair ?? []
  const first = file(host.paths.dhcpd_conf, pair ? { role: 'primary', address, peer } : null)
  if (others.length === 0) return [first]
  const second = pair ? ({ role: 'secondary', address: peer, peer: address } as const) : null
  return [first, file(host.paths.dhcpd_secondary_conf, second)]
}

function noPair(cluster: Cluster): LunaError {
  return new LunaError('refused', 'there is no failover pair', {
    why: `of the cluster's addresses (${cluster.cluster_ips}) one must be on this head, and one on another`,
    fix: 'luna cluster change --cluster_ips A,B',
  })
}

/** Gives the other heads their file; those that cannot be reached are failures, the rest is done. */
async function tellOthers(
  host: Host,
  heads: Heads,
  forget: boolean,
  running: boolean,
  notes: Notes,
): Promise<void> {
  const { dhcpd_conf: conf, dhcpd_secondary_conf: secondary, dhcpd_leases: leases } = host.paths
  const draft = `${dirname(conf)}/.luna-dhcpd.conf.new`
  for (const head of heads.others) {
    await attempt(notes, async () => {
      await copyTo(head, secondary, draft)
      await runOn(head, ['dhcpd', '-4', '-t', '-q', '-cf', draft])
      await runOn(head, ['mv', '-f', draft, conf])
      // Without failover only the active head answers; the other one is ready for when it becomes that.
      await runOn(head, ['systemctl', 'stop', host.services.dhcpd])
      if (forget) await runOn(head, ['rm', '-f', leases, `${leases}~`])
      await runOn(head, ['touch', leases])
      if (running) await runOn(head, ['systemctl', 'start', host.services.dhcpd])
    })
  }
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
