// Whether the firewall of this machine lets in what nodes ask for. The port of DHCP is not among it: dhcpd
// reads its interface before any firewall does.
import { existsSync } from 'node:fs'
import { linkWith } from '../../host/service/dhcp-client.ts'
import { type Firewall, findFirewall, type PortRange } from '../../host/service/firewall-ports.ts'
import type { Cluster } from '../../object/cluster.ts'
import { type Check, fine, needsRoot, type Verdict, wrong } from './check.ts'

export const firewallCheck: Check = {
  name: 'firewall',
  async run({ cluster, heads, active, root }) {
    if (!root) return needsRoot
    const link = linkWith((active ? cluster.frontend_address : heads.own) ?? '')
    const firewall = await findFirewall(link?.name ?? 'lo')
    return firewall ? judgeFirewall(firewall, wantedPorts(cluster)) : fine('neither firewalld nor ufw runs')
  },
}

function wantedPorts(cluster: Cluster): PortRange[] {
  const { frontend_port: web, torrent_listen_port_min: first, torrent_listen_port_max: last } = cluster
  const dns = existsSync(cluster.named_include_file ?? '') ? (['udp', 'tcp'] as const) : []
  return [
    { first: 69, last: 69, protocol: 'udp' },
    { first: web, last: web, protocol: 'tcp' },
    { first, last, protocol: 'tcp' },
    ...dns.map((protocol) => ({ first: 53, last: 53, protocol })),
  ]
}

/** Ports that are wanted have to be open whole. */
export function judgeFirewall({ name, zone, open }: Firewall, wanted: readonly PortRange[]): Verdict {
  const where = name === 'ufw' ? name : `${name}, zone ${zone},`
  const isOpen = (port: PortRange) =>
    open === 'all' ||
    open.some(
      ({ first, last, protocol }) => protocol === port.protocol && first <= port.first && port.last <= last,
    )
  const closed = wanted.filter((port) => !isOpen(port))
  if (closed.length === 0) return fine(`${where} lets in what nodes ask for`)
  const between = name === 'ufw' ? ':' : '-'
  const ports = closed.map(
    ({ first, last, protocol }) => `${first}${last > first ? `${between}${last}` : ''}/${protocol}`,
  )
  const fix =
    name === 'ufw'
      ? ports.map((port) => `ufw allow ${port}`).join('; ')
      : `firewall-cmd --permanent --zone=${zone} ${ports.map((port) => `--add-port=${port}`).join(' ')}; firewall-cmd --reload`
  return wrong(`${where} keeps out ${ports.join(', ')}`, fix)
}
