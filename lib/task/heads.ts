// High availability: whether this head is active, and which other heads there are.
import { isIP } from 'node:net'
import { LunaError } from '../error.ts'
import { isLocalAddress } from '../host/user.ts'
import { type Cluster, headAddresses } from '../object/cluster.ts'
import { hostObjection, parseIp } from '../object/net/address.ts'

/** Throws LunaError `refused` on a passive head: one of several that does not have the frontend address. */
export async function assertActiveHead(
  cluster: Pick<Cluster, 'cluster_ips' | 'frontend_address'>,
): Promise<void> {
  if (await isActiveHead(cluster)) return
  throw new LunaError('refused', 'this head is passive: nothing can be changed here', {
    why: `the cluster has several heads, and the frontend address ${cluster.frontend_address || '(none)'} is not on this one`,
    fix: 'do it on the head that has that address; where no head can have it: ip addr add ADDRESS dev lo, change it, ip addr del',
  })
}

/** True unless the cluster has several heads and another one has the frontend address. */
export async function isActiveHead(
  cluster: Pick<Cluster, 'cluster_ips' | 'frontend_address'>,
): Promise<boolean> {
  if (headAddresses(cluster).length === 0) return true
  return cluster.frontend_address ? await isLocalAddress(cluster.frontend_address) : false
}

/**
 * Throws LunaError `refused` for a cluster that could not be changed on this head any more: it has several
 * heads, and this one is none of them, or has not the frontend address.
 */
export async function refuseLocking(
  cluster: Pick<Cluster, 'cluster_ips' | 'frontend_address'>,
): Promise<void> {
  if (headAddresses(cluster).length === 0) return
  const { own } = await findHeads(cluster)
  const active = await isActiveHead(cluster)
  if (own !== undefined && active) return
  const why =
    own === undefined
      ? `none of cluster_ips (${headAddresses(cluster).join(', ')}) is an address of this machine`
      : `the frontend address ${cluster.frontend_address || '(none)'} is not one of this machine`
  throw new LunaError('refused', 'nothing could be changed on this head any more', {
    why,
    fix: 'give this machine the address first (ip addr add ADDRESS dev INTERFACE), or add --force',
  })
}

/**
 * Warns, before anything is copied, that a passive head is about to overwrite the others. The first Luna
 * allowed it, and so does this one.
 */
export async function tellPassive(
  cluster: Pick<Cluster, 'cluster_ips' | 'frontend_address'>,
  tell: (line: string) => void,
): Promise<void> {
  if (await isActiveHead(cluster)) return
  tell('this head is passive: what it has replaces what is on the head with the frontend address')
}

export interface Heads {
  /** The address of this head; undefined when none of the cluster's is configured here. */
  readonly own: string | undefined
  readonly others: readonly string[]
}

/** The heads as seen from this one; both empty where the cluster has only this one. */
export async function findHeads(cluster: Pick<Cluster, 'cluster_ips'>): Promise<Heads> {
  const own: string[] = []
  const others: string[] = []
  for (const address of headAddresses(cluster)) {
    if (await isLocalAddress(address)) own.push(address)
    else others.push(address)
  }
  return { own: own[0], others }
}

/** Why nodes could not boot from a frontend address, '' being none yet. It may be given all the same. */
export async function frontendWarnings(address: string): Promise<string[]> {
  if (address === '') return []
  if (isIP(address) === 0)
    return [`the frontend address ${address} is not an IP address: nodes cannot boot from it`]
  const ip = parseIp(address)
  const why = ip && hostObjection(ip)
  if (why !== undefined) return [`the frontend address ${address} is one that no node can reach: ${why}`]
  if (await isLocalAddress(address)) return []
  return [`the frontend address ${address} is not one of this machine: nodes cannot boot from it until it is`]
}
