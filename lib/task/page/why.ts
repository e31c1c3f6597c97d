// Why a node is not up, by what the store has: the chain of `luna node why`, with what root found last in
// place of a look of its own.
import { paths } from '../../object/cluster.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import type { Finding, Verdict } from '../doctor/check.ts'
import { getCluster } from '../inventory.ts'
import { lastPower } from '../record/powers.ts'
import { aboutNode } from '../why/about.ts'
import { chainOf, type Link, missingLink } from '../why/chain.ts'
import { readFindings } from './findings.ts'

export interface PageWhy {
  /** The first link that is missing; null when none is. */
  readonly missing: string | null
  readonly links: readonly Link[]
  /** When root looked at the head, in ISO 8601; null: never. */
  readonly looked: string | null
}

/** What only root of the head can see, and what is left to `luna node why`. */
const unseen = { reservation: null, dhcpSaid: null, tftpSaid: null } as const

export async function pageWhy(store: Store, node: Node, now: Date): Promise<PageWhy> {
  const { root } = paths(await getCluster(store))
  const reports = (await store.headReports('doctor')).toSorted((a, b) => b.time - a.time)
  const [last] = reports
  const time = now.getTime()
  const power = await lastPower(store, node, time)
  const findings = readFindings(last?.told)
  const head = new Map(findings.map(({ check, ...verdict }): [string, Verdict] => [check, verdict]))
  const sight = { ...(await aboutNode(store, root, node, time)), ...unseen, power, head, now: time }
  const chain = chainOf(sight).filter(
    ({ link }) => link !== 'reservation' && (link !== 'power' || power !== null),
  )
  const links = withDhcp(chain, findings)
  const looked = last ? new Date(last.time).toISOString() : null
  return { missing: missingLink(links)?.link ?? null, links, looked }
}

/** A dhcpd.conf that is out of date stands where the reservation of the node would. */
function withDhcp(chain: readonly Link[], findings: readonly Finding[]): Link[] {
  const stale = findings.find(({ check, state }) => check === 'dhcpd.conf' && state === 'wrong')
  if (!stale) return [...chain]
  const asked = chain.some(({ link, state }) => link === 'asks Luna' && state === 'seen')
  const link: Link = {
    link: 'dhcpd.conf',
    state: asked ? 'doubtful' : 'missing',
    seen: stale.seen,
    fix: stale.fix,
  }
  const at = chain.findIndex(({ link: name }) => name === 'image' || name === 'asks Luna')
  return chain.toSpliced(Math.max(at, 0), 0, link)
}
