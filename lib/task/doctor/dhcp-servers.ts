// Which DHCP servers answer in the network of the nodes: ours, and nobody else.
import { type Link, linkWith, offersOn } from '../../host/service/dhcp-client.ts'
import type { Offer } from '../../host/service/dhcp-packet.ts'
import { headAddresses } from '../../object/cluster.ts'
import { type Check, fine, needsRoot, type Verdict, warning, wrong } from './check.ts'

export const dhcpServerCheck: Check = {
  name: 'DHCP servers',
  slow: true,
  async run({ cluster, config, heads, active, root }, waiting) {
    const address = (active ? cluster.frontend_address : heads.own) ?? ''
    const link = linkWith(address)
    if (!link) return fine(`not asked: ${address || 'no address'} is on no interface here that is up`)
    if (!root) return needsRoot
    const offers = await offersOn(link, waiting)
    if (!offers) return warning('not asked: tcpdump is not installed', 'install tcpdump')
    const ours = [cluster.frontend_address ?? '', ...headAddresses(cluster)]
    const { dhcpd } = config.services
    return judgeOffers({
      link,
      ours,
      offers,
      expected: cluster.dhcp_net !== null,
      dhcpd,
    })
  },
}

/** `ours` are the addresses of all heads; `expected` where one of them has to answer. */
export function judgeOffers(seen: {
  readonly link: Link
  readonly ours: readonly string[]
  readonly offers: readonly Offer[]
  readonly expected: boolean
  readonly dhcpd: string
}): Verdict {
  const { link, ours, offers, expected, dhcpd } = seen
  const isOurs = ({ mac, server }: Offer) => mac === link.mac || ours.includes(server)
  const rogues = new Set(
    offers.filter((offer) => !isOurs(offer)).map(({ server, mac }) => `${server} (MAC address ${mac})`),
  )
  if (rogues.size > 0)
    return wrong(
      `another DHCP server answers on ${link.name}: ${[...rogues].join(', ')}`,
      'switch it off, or keep it out of the network of the nodes',
    )
  const [own] = offers
  if (own) return fine(`${own.server} answers on ${link.name}, and no other`)
  if (!expected) return fine(`nobody answers on ${link.name}`)
  return wrong(
    `nobody answers a DISCOVER on ${link.name}`,
    `systemctl restart ${dhcpd}; journalctl -u ${dhcpd}`,
  )
}
