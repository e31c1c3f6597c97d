// Whether the BMCs of nodes that do not come up say on: asked by root's timer, for the page.
import { hostname } from 'node:os'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import { powerAll, powerTargets } from '../power.ts'
import { nodeStates } from './follow.ts'

/** So many BMCs are asked at most, for so many milliseconds. */
const most = { nodes: 200, time: 45_000 } as const
/** A word of so many milliseconds ago is not believed any more. */
const trusted = 900_000

/** Keeps the answers in place of those of the last time. A BMC that does not answer tells nothing. */
export async function keepPowers(store: Store, signal: AbortSignal, now = new Date()): Promise<void> {
  const waiting = (await nodeStates(store, now)).filter(
    ({ outcome }) => outcome === null || outcome === 'unfinished',
  )
  const names = waiting.slice(0, most.nodes).map(({ name }) => name)
  const { targets } = await powerTargets(store, { names, groups: [], interface: 'BMC' })
  const until = AbortSignal.any([signal, AbortSignal.timeout(most.time)])
  const told: Record<string, 'on' | 'off'> = {}
  for await (const { node, result } of powerAll(targets, 'status', { signal: until }))
    if (result === 'on' || result === 'off') told[node] = result
  await store.keepHeadReport({ topic: 'power', head: hostname(), time: now.getTime(), told })
}

/** What the BMC of a node said last; null where that is unknown, or long ago. */
export async function lastPower(store: Store, { name }: Node, now: number): Promise<'on' | 'off' | null> {
  const reports = (await store.headReports('power')).filter(({ time }) => now - time < trusted)
  const said = reports
    .toSorted((a, b) => b.time - a.time)
    .map(({ told }) => (told as Readonly<Record<string, unknown>>)[name])
    .find((word) => word !== undefined)
  return said === 'on' || said === 'off' ? said : null
}
