// Which DHCP servers answer in the network of the nodes: ours, and nobody else.
import { type Link, linkWith, offersOn } from '../../host/service/dhcp-client.ts'
import type { Offer } from '../../host/service/dhcp-packet.ts'
import { headAddresses } from '../../object/cluster.ts'
import { addressUses, type Inventory } from '../../object/net/address-use.ts'
import { addressAt } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'
import { macOwners } from '../macs.ts'
import { type Check, fine, needsRoot, type Verdict, warning, wrong } from './check.ts'

export const dhcpServerCheck: Check = {
  name: 'DHCP servers',
  slow: true,
  async run({ all, cluster, config, heads, active, root, store }, waiting) {
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
      owners: ownersOf(all),
      macs: await macNames(store),
    })
  },
}

/** Who has which address by the database, as `node node001 (BOOTIF)`. */
function ownersOf(all: Inventory): Map<string, string> {
  const networks = new Map(all.network.map((network) => [network.id, network]))
  return new Map(
    addressUses(all).flatMap(({ network: id, start, who, host }) => {
      const network = networks.get(id)
      return network && host ? [[addressAt(network, start), who]] : []
    }),
  )
}

async function macNames(store: Store): Promise<Map<string, string>> {
  const names = new Map((await store.list('node')).map(({ id, name }) => [id, name]))
  return new Map([...(await macOwners(store))].map(([mac, id]) => [mac, `node ${names.get(id) ?? '?'}`]))
}

interface Seen {
  readonly link: Link
  /** The addresses of all heads. */
  readonly ours: readonly string[]
  readonly offers: readonly Offer[]
  /** Whether one of the heads has to answer. */
  readonly expected: boolean
  readonly dhcpd: string
  /** Who has an address, and a MAC address, by the database. */
  readonly owners: ReadonlyMap<string, string>
  readonly macs: ReadonlyMap<string, string>
}

export function judgeOffers(seen: Seen): Verdict {
  const { link, ours, offers, expected, dhcpd } = seen
  const isOurs = ({ mac, server }: Offer) => mac === link.mac || ours.includes(server)
  const rogues = new Set(offers.filter((offer) => !isOurs(offer)).map((offer) => nameOf(offer, seen)))
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

/** A server that a node runs, or that has taken the address of something else, is told as that. */
function nameOf({ server, mac }: Offer, { owners, macs }: Pick<Seen, 'owners' | 'macs'>): string {
  const [owner, node] = [owners.get(server), macs.get(mac)]
  if (node !== undefined) return `${server} (MAC address ${mac}, which is ${node})`
  const conflict = owner === undefined ? '' : `, an address conflict: that is the address of ${owner}, too`
  return `${server} (MAC address ${mac})${conflict}`
}
