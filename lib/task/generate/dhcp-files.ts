// The dhcpd.conf of every head: what is in it, and how the other heads get theirs.
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { type DesiredFile, readText } from '../../host/file.ts'
import { copyTo, runOn } from '../../host/remote.ts'
import { dhcpdOwner } from '../../host/service/dhcpd.ts'
import { type Cluster, frontendUrl, paths } from '../../object/cluster.ts'
import { fromOffset } from '../../object/net/address.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import { prefixOf } from '../../object/network.ts'
import { type DhcpdFacts, dhcpdSecret, type Failover, keyOfDhcpd, renderDhcpd } from '../../render/dhcpd.ts'
import type { Store } from '../../store/store.ts'
import type { Heads } from '../heads.ts'
import { attempt, type Notes } from '../outcome.ts'
import type { DhcpRange } from './dhcp-range.ts'
import { reservations } from './dhcp-reservation.ts'

type Host = Pick<Config, 'paths' | 'services'>

/** What dhcpd.conf says, but for the pair. The key of OMAPI stays what it was. */
export async function factsOf(
  store: Store,
  host: Host,
  cluster: Cluster,
  all: Inventory,
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

/** The dhcpd.conf of this head, and of another where there is one. With `native` they are a failover pair. */
export async function filesOf(
  host: Host,
  cluster: Cluster,
  facts: Omit<DhcpdFacts, 'failover'>,
  heads: Heads,
  native: boolean,
): Promise<DesiredFile[]> {
  const { own, others } = heads
  const pair = native && own !== undefined && others[0] !== undefined ? [own, others[0]] : undefined
  if (native && !pair && (own ?? others[0])) throw noPair(cluster)
  const owner = await dhcpdOwner()
  const file = (path: string, failover: Failover | null): DesiredFile => {
    const content = renderDhcpd({ ...facts, failover }, paths(cluster).templates)
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

/** Stops or starts dhcpd on the other heads, as far as they can be reached: those that cannot are told of by `tellOthers`. */
export async function tryOthers(host: Host, heads: Heads, action: 'stop' | 'start'): Promise<void> {
  for (const head of heads.others) {
    const done = runOn(head, ['systemctl', action, host.services.dhcpd])
    await done.catch((error: unknown) => {
      if (!(error instanceof LunaError)) throw error
    })
  }
}

/** Gives the other heads their file; those that cannot be reached are failures, the rest is done. */
export async function tellOthers(
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
