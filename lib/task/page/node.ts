// One node as the page shows it beside its state: what it is, its boots, and one of them as a timeline.
import type { Store } from '../../store/store.ts'
import { bootsOf, type ListedBoot, type Timeline, timelineOf } from '../record/history.ts'
import { describe } from '../show/describe.ts'
import type { Facts } from '../show/facts.ts'
import { type PageWhy, pageWhy } from './why.ts'

export interface PageDetails {
  readonly name: string
  /** What it is, as `luna node show --json` has it. */
  readonly facts: Facts
  /** Newest first. */
  readonly boots: readonly ListedBoot[]
  /** The boot that was asked for, else the last one; absent where none is remembered. */
  readonly timeline?: Timeline
  /** The links from the power button to the running system. */
  readonly why: PageWhy
}

const shown = ['mac', 'also', 'switch', 'port', 'localboot', 'service', 'interfaces'] as const

/** Throws LunaError `not-found` when there is no such node, or no such boot of it. */
export async function pageDetails(
  store: Store,
  name: string,
  now: Date,
  number?: number,
): Promise<PageDetails> {
  const node = await store.getNamed('node', name)
  const all = await describe(store, 'node', node, now)
  const known = shown.filter((field) => all[field] !== undefined && all[field] !== null)
  const facts = Object.fromEntries(known.map((field) => [field, all[field] ?? null]))
  const [boots, why] = [await bootsOf(store, name), await pageWhy(store, node, now)]
  if (boots.length === 0 && number === undefined) return { name, facts, boots, why }
  return { name, facts, boots, why, timeline: await timelineOf(store, name, number) }
}
