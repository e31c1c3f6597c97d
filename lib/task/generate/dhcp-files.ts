// The dhcpd.conf of every head: what is in it.
import { randomBytes } from 'node:crypto'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { type DesiredFile, readText } from '../../host/file.ts'
import { dhcpdOwner } from '../../host/service/dhcpd.ts'
import { type Cluster, frontendUrl, paths } from '../../object/cluster.ts'
import { addressAt, prefixOf } from '../../object/network.ts'
import type { Origin } from '../../object/origin.ts'
import {
  type DhcpdFacts,
  dhcpdOrigin,
  dhcpdSecret,
  type Failover,
  isFailover,
  keyOfDhcpd,
  type Reservation,
  renderDhcpd,
  roleIn,
} from '../../render/dhcpd.ts'
import type { Heads } from '../heads.ts'
import type { DhcpRange } from './dhcp-range.ts'

/** A dhcpd.conf, and what its lines come from. */
export interface DhcpFile {
  readonly file: DesiredFile
  readonly origin: Origin
}

type Facts = Omit<DhcpdFacts, 'failover'>

/** What dhcpd.conf says, but for the pair. The key of OMAPI stays what it was. */
export async function factsOf(
  conf: string,
  cluster: Cluster,
  range: DhcpRange,
  hosts: readonly Reservation[],
): Promise<Facts> {
  const { network, start, end } = range
  return {
    network: prefixOf(network),
    start: addressAt(network, start),
    end: addressAt(network, end),
    frontend: cluster.frontend_address ?? '',
    url: frontendUrl(cluster),
    key: keyOfDhcpd((await readText(conf)) ?? '') ?? randomBytes(32).toString('base64'),
    hosts,
  }
}

/**
 * The dhcpd.conf of this head, and of another where there is one. With `native` they are a failover pair, in
 * which each keeps its part: leases say whose they are by it.
 */
export async function filesOf(
  host: Pick<Config, 'paths'>,
  cluster: Cluster,
  facts: Facts,
  heads: Heads,
  native: boolean,
): Promise<DhcpFile[]> {
  const { own, others } = heads
  const pair = native && own !== undefined && others[0] !== undefined ? [own, others[0]] : undefined
  if (native && !pair && (own ?? others[0])) throw noPair(cluster)
  const owner = await dhcpdOwner()
  const { templates } = paths(cluster)
  const file = (path: string, failover: Failover | null): DhcpFile => {
    const content = renderDhcpd({ ...facts, failover }, templates)
    const desired = { path, content, mode: 0o640, owner, secret: dhcpdSecret }
    return { file: desired, origin: dhcpdOrigin(content, facts.hosts, templates) }
  }
  const [address = '', peer = ''] = pair ?? []
  const [role, otherRole] = partsIn((await readText(host.paths.dhcpd_conf)) ?? '')
  const first = file(host.paths.dhcpd_conf, pair ? { role, address, peer } : null)
  if (others.length === 0) return [first]
  const second = pair ? { role: otherRole, address: peer, peer: address } : null
  return [first, file(host.paths.dhcpd_secondary_conf, second)]
}

/** What this head is in a pair, and what the other one is; a head without a part yet is the primary one. */
function partsIn(conf: string): [Failover['role'], Failover['role']] {
  return roleIn(conf) === 'secondary' ? ['secondary', 'primary'] : ['primary', 'secondary']
}

function noPair(cluster: Cluster): LunaError {
  return new LunaError('refused', 'there is no failover pair', {
    why: `of the cluster's addresses (${cluster.cluster_ips}) one must be on this head, and one on another`,
    fix: 'luna cluster change --cluster_ips A,B',
  })
}

/** True on a head of a failover pair: nothing but its dhcpd.conf says that it is one. */
export async function isPaired({ paths }: Pick<Config, 'paths'>): Promise<boolean> {
  return isFailover((await readText(paths.dhcpd_conf)) ?? '')
}
