// Whether the BMCs of nodes that do not come up say on: asked by root's timer, for the page.
import { hostname } from 'node:os'
import { type LunaError, sentence } from '../../error.ts'
import { visible } from '../../log.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import { powerAll, powerTargets } from '../power.ts'
import { bmcSays } from '../why/fix.ts'
import type { Sight } from '../why/sight.ts'
import { nodeStates } from './follow.ts'

/** So many BMCs are asked at most, for so many milliseconds. */
const most = { nodes: 200, time: 45_000 } as const
/** A word of so many milliseconds ago is not believed any more. */
const trusted = 900_000

// What is kept of why a BMC does not answer; nothing that it says makes the report long.
const mostCharacters = 200

/** Keeps the answers in place of those of the last time: on, off, or why there is none. */
export async function keepPowers(store: Store, signal: AbortSignal, now = new Date()): Promise<void> {
  const waiting = (await nodeStates(store, now)).filter(
    ({ outcome }) => outcome === null || outcome === 'unfinished' || outcome === 'failed',
  )
  const names = waiting.slice(0, most.nodes).map(({ name }) => name)
  const { targets } = await powerTargets(store, { names, groups: [], interface: 'BMC' })
  const until = AbortSignal.any([signal, AbortSignal.timeout(most.time)])
  const told: Record<string, string> = {}
  // Those that were given up have said nothing.
  for await (const { node, result } of powerAll(targets, 'status', { signal: until }))
    if (typeof result === 'string' || !until.aborted)
      told[node] = visible(powerWord(result)).slice(0, mostCharacters)
  await store.keepHeadReport({ topic: 'power', head: hostname(), time: now.getTime(), told })
}

/** What came of asking a BMC: `on`, `off`, or a sentence that says why neither. */
export function powerWord(result: string | LunaError): string {
  if (result === 'on' || result === 'off') return result
  return typeof result === 'string' ? `${bmcSays}${result}` : sentence(result)
}

/** The power of a node by that word. */
export function powerOf(word: string): Exclude<Sight['power'], null> {
  return word === 'on' || word === 'off' ? word : { trouble: word }
}

/** What the BMC of a node said last; null where that is unknown, or long ago. */
export async function lastPower(store: Store, { name }: Node, now: number): Promise<Sight['power']> {
  const reports = (await store.headReports('power')).filter(({ time }) => now - time < trusted)
  const said = reports
    .toSorted((a, b) => b.time - a.time)
    .map(({ told }) => (told as Readonly<Record<string, unknown>>)[name])
    .find((word) => word !== undefined)
  return typeof said === 'string' ? powerOf(said) : null
}
