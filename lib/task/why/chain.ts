// Why a node does not boot: the chain from the power button to the running system, link by link, and the
// first that is missing. Pure: what was seen goes in.
import { restart } from './fix.ts'
import { headLinks } from './head-links.ts'
import { asksLuna, nodeLinks } from './node-links.ts'
import type { Link, LinkState, Sight } from './sight.ts'

/** All links, in the order of a boot. */
export function chainOf(sight: Sight): Link[] {
  const links = [...headLinks(sight), ...nodeLinks(sight)].map((link): Link => {
    if (link.state !== 'missing') return link
    return isPassed(sight, link) ? { ...link, state: 'doubtful' } : withRetry(link, sight)
  })
  const first = missingLink(links)
  return links.map((link) => (link === first ? link : afterwards(link)))
}

/** A node that cannot come as far as to ask is not to be mended for not asking. */
function afterwards(link: Link): Link {
  if (link.link !== asksLuna || link.state !== 'missing') return link
  return { link: asksLuna, state: 'unknown', seen: `${link.seen}; first mend what is wrong above`, fix: null }
}

/** The first link that is missing. */
export function missingLink(chain: readonly Link[]): Link | undefined {
  return chain.find(({ state }) => state === 'missing')
}

/** The states as people read them; those of luna doctor are called the same. */
export const stateWords: Readonly<Record<LinkState, string>> = {
  seen: 'fine',
  missing: 'WRONG',
  doubtful: 'warning',
  unknown: 'unknown',
}

// A node that has come past a link in a boot this young does not wait for it.
const recent = 1_800_000

// What the node needs before it asks Luna for the first time, in the order of a boot.
const beforeAsking = [
  'MAC address',
  'service dhcpd',
  'reservation',
  'DHCP servers',
  'service tftpd',
  'iPXE binaries',
  'TFTP',
  'service nginx',
  'service lweb',
  'boot menu',
]

function isPassed({ boot, now }: Sight, { link }: Link): boolean {
  const last = boot?.steps.at(-1)
  const began = last && now - (last.last ?? last.time) < recent
  return Boolean(began && beforeAsking.includes(link))
}

/** iPXE and the initramfs ask again by themselves; firmware may have given up. */
function withRetry(link: Link, sight: Sight): Link {
  if (link.retry !== undefined || link.link === 'power') return link
  return { ...link, retry: `if it does not try again by itself within a minute: ${restart(sight)}` }
}
