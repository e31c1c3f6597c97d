// Why a node is not up, by what the store has: the chain of `luna node why`, with what root found last in
// place of a look of its own.
import { paths } from '../../object/cluster.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import type { Verdict } from '../doctor/check.ts'
import { spaceFindings } from '../doctor/space.ts'
import { getCluster } from '../inventory.ts'
import { lastFindings } from '../record/findings.ts'
import { lastPower } from '../record/powers.ts'
import { aboutNode } from '../why/about.ts'
import { chainOf, missingLink } from '../why/chain.ts'
import type { Link } from '../why/sight.ts'

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
  const all = paths(await getCluster(store))
  const last = await lastFindings(store)
  // On a full disk root's findings cannot be kept.
  const space = await spaceFindings({ paths: all, all: { osimage: await store.list('osimage') } })
  const findings = [...(last?.findings ?? []), ...space]
  const head = new Map(findings.map(({ check, ...verdict }): [string, Verdict] => [check, verdict]))
  const time = now.getTime()
  const power = await lastPower(store, node, time)
  const sight = { ...(await aboutNode(store, all.root, node, time)), ...unseen, power, head, now: time }
  const links = chainOf(sight).filter(({ link }) => link !== 'power' || power !== null)
  const looked = last ? new Date(last.time).toISOString() : null
  return { missing: missingLink(links)?.link ?? null, links, looked }
}
