// The links between the power button of a node and its first question to Luna: what the node needs of
// itself, and of the head.
import type { Link, Sight } from './sight.ts'

/** In the order of a boot. */
export function headLinks(sight: Sight): Link[] {
  const { head } = sight
  return [
    powerLink(sight),
    ...['space of the system', 'space for images'].flatMap((name) => verdictLink(head, name)),
    macLink(sight),
    ...verdictLink(head, 'service dhcpd'),
    ...reservationLink(sight),
    ...verdictLink(head, 'DHCP servers', sight.dhcpSaid),
    ...verdictLink(head, 'service tftpd'),
    ...verdictLink(head, 'iPXE binaries'),
    ...verdictLink(head, 'TFTP', sight.tftpSaid),
    ...['service nginx', 'service lweb', 'boot menu'].flatMap((name) => verdictLink(head, name)),
  ]
}

function verdictLink(head: Sight['head'], link: string, said: string | null = null): Link[] {
  const verdict = head.get(link)
  if (!verdict) return []
  const { state, fix } = verdict
  const seen = said === null ? verdict.seen : `${verdict.seen}; last: ${said}`
  if (state === 'wrong') return [{ link, state: 'missing', seen, fix }]
  return [{ link, state: state === 'fine' ? 'seen' : 'doubtful', seen, fix }]
}

function powerLink({ node, bmc, power }: Sight): Link {
  const link = 'power'
  if (power === null) {
    const seen = bmc ? 'its BMC was not asked lately' : 'it has no BMC that could be asked'
    return { link, state: 'unknown', seen, fix: null }
  }
  if (power === 'on') return { link, state: 'seen', seen: 'its BMC says on', fix: null }
  if (power === 'off') return { link, state: 'missing', seen: 'its BMC says off', fix: `lpower on ${node}` }
  return { link, state: 'doubtful', seen: power.trouble, fix: `lpower status ${node}` }
}

function macLink({ node, mac, port, atPort, strangers }: Sight): Link {
  const link = 'MAC address'
  const where = port === null ? '' : `, configured at ${port}`
  const strange = atPort.filter((one) => one !== mac)
  if (mac !== null && (atPort.length === 0 || atPort.includes(mac)))
    return { link, state: 'seen', seen: `${mac}${where}`, fix: null }
  const [found] = strange
  const give = giveMac(node, found === undefined ? strangers : strange)
  if (mac !== null)
    return {
      link,
      state: 'missing',
      seen: `it has ${mac}, but ${listed(strange)} is seen at ${port}: the address is wrong, its card was replaced, or a cable moved`,
      fix: `put the cable back if it moved, else: ${give}`,
    }
  if (found !== undefined && strange.length === 1)
    return { link, state: 'doubtful', seen: `none yet; ${found} is seen at ${port}`, fix: give }
  const seen = `it has none${where}${seenThere(port, strange)}: nobody knows which machine it is`
  return { link, state: 'missing', seen, fix: give }
}

function seenThere(port: string | null, macs: readonly string[]): string {
  if (port === null) return ''
  return macs.length === 0 ? ', where no machine is seen' : `, where ${listed(macs)} are seen`
}

/** Which address it is can be said when there is one. */
export function giveMac(node: string, [only, ...others]: readonly string[]): string {
  const mac = only === undefined || others.length > 0 ? 'ADDRESS' : only
  return `luna node change ${node} --mac ${mac}; luna cluster make`
}

/** Where nobody could look at the reservation, a dhcpd.conf that is out of date stands for it. */
function reservationLink({ reservation, mac, head, boot, told }: Sight): Link[] {
  const link = 'reservation'
  if (reservation === null) {
    const stale = head.get('dhcpd.conf')
    if (stale?.state !== 'wrong') return []
    const seen = `${stale.seen}; so it may get no address, or another one`
    return [{ link: 'dhcpd.conf', state: boot || told ? 'doubtful' : 'missing', seen, fix: stale.fix }]
  }
  const { address, wanted } = reservation
  if (address === wanted)
    return [{ link, state: 'seen', seen: `dhcpd.conf has ${wanted} for ${mac}`, fix: null }]
  const seen = `dhcpd.conf on disk has ${address ?? 'nothing'} for ${mac}, not ${wanted}`
  return [{ link, state: 'missing', seen, fix: 'luna cluster makedhcp' }]
}

export function listed(macs: readonly string[]): string {
  const [first = '', second, ...others] = macs
  if (others.length > 0) return `${first}, ${second} and ${others.length} more`
  return second === undefined ? first : `${first} and ${second}`
}
