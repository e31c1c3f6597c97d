// The boots of one node, and one of them as a timeline beside what its group takes.
import { LunaError } from '../../error.ts'
import type { Id } from '../../object/field.ts'
import { type Boot, type Outcome, outcomeOf } from '../../object/record/boot.ts'
import type { Report } from '../../object/record/report.ts'
import type { Store } from '../../store/store.ts'
import type { Facts } from '../show/facts.ts'

/** Twice as long as in the group, and at least so many seconds more: that is slow. */
const slow = { times: 2, seconds: 5 }

/** A boot in the list. Times are in ISO 8601, spans in seconds. */
export interface ListedBoot extends Facts {
  readonly boot: number
  readonly began: string
  /** To its last step. */
  readonly seconds: number
  readonly outcome: Outcome
  readonly last: string
  readonly image: string | null
  readonly error: string | null
}

export interface TimelineStep extends Facts {
  readonly step: string
  readonly time: string
  /** Until the next step; null for the last one. */
  readonly seconds: number | null
  /** Of the whole boot, in percent. */
  readonly share: number | null
  /** What the group takes for it, in the last boot of each node. */
  readonly median: number | null
  readonly slow: boolean
  /** What was fetched, and how many bytes a second that were. */
  readonly bytes: number | null
  readonly rate: number | null
}

export interface Timeline extends ListedBoot {
  readonly kernel: string | null
  /** Who asked, and how it was recognised. */
  readonly address: string | null
  readonly mac: string | null
  readonly by: string | null
  readonly at: string | null
  /** Seconds from the kernel of the installed system to its last service. */
  readonly upSeconds: number | null
  readonly steps: readonly TimelineStep[]
  /** The last lines of the step that failed, where they are still kept. */
  readonly lines: readonly string[]
}

/** The boots that are remembered, newest first. Throws LunaError `not-found` for an unknown node. */
export async function bootsOf(store: Store, name: string): Promise<ListedBoot[]> {
  const { id } = await store.getNamed('node', name)
  return (await store.boots(id)).map(listed)
}

/**
 * One boot of a node, the last one when no number is given. Throws LunaError `not-found` when it is not
 * remembered.
 */
export async function timelineOf(store: Store, name: string, number?: number): Promise<Timeline> {
  const node = await store.getNamed('node', name)
  const boots = await store.boots(node.id)
  const boot = number === undefined ? boots[0] : boots.find((one) => one.number === number)
  if (!boot) throw unknownBoot(name, boots, number)
  const medians = node.group ? await mediansOf(store, node.group) : new Map<string, number>()
  const report = boot === boots[0] ? await store.report(node.id) : undefined
  return timeline(boot, medians, report)
}

function unknownBoot(name: string, boots: readonly Boot[], number?: number): LunaError {
  const what = number === undefined ? 'no boot' : `no boot ${number}`
  return new LunaError('not-found', `${what} of node "${name}" is remembered`, {
    why: boots.length > 0 ? `there are ${boots.map((boot) => boot.number).join(', ')}` : 'it has never asked',
    fix: boots.length > 0 ? `luna node history ${name}` : `luna node why ${name}`,
  })
}

function listed(boot: Boot): ListedBoot {
  const { number, began, steps, image = null, failure } = boot
  const outcome = outcomeOf(boot)
  return {
    boot: number,
    began: new Date(began).toISOString(),
    seconds: ((steps.at(-1)?.time ?? began) - began) / 1000,
    outcome,
    last: steps.at(-1)?.step ?? '',
    image,
    error: outcome === 'failed' ? (failure?.line ?? failure?.command ?? null) : null,
  }
}

/** The boot beside what the group takes for each step. */
export function timeline(boot: Boot, medians: ReadonlyMap<string, number>, report?: Report): Timeline {
  const { kernel = null, asker, upSeconds = null, steps, began } = boot
  const { address = null, mac = null, by = null, at = null } = asker ?? {}
  const whole = ((steps.at(-1)?.time ?? began) - began) / 1000
  const rows = steps.map(({ step, time, bytes = null, seconds: took = 0 }, index): TimelineStep => {
    const next = steps[index + 1]
    const seconds = next ? (next.time - time) / 1000 : null
    const median = medians.get(step) ?? null
    return {
      step,
      time: new Date(time).toISOString(),
      seconds,
      share: seconds === null || whole === 0 ? null : Math.round((100 * seconds) / whole),
      median,
      slow: isSlow(seconds, median),
      bytes,
      rate: bytes !== null && took > 0 ? Math.round(bytes / took) : null,
    }
  })
  const lines = report && report.time >= began ? report.lines : []
  return { ...listed(boot), kernel, address, mac, by, at, upSeconds, steps: rows, lines }
}

function isSlow(seconds: number | null, median: number | null): boolean {
  return seconds !== null && median !== null && seconds > Math.max(slow.times * median, median + slow.seconds)
}

/** What the nodes of a group took for each step in their last boots, in seconds: the middle of all. */
async function mediansOf(store: Store, group: Id): Promise<Map<string, number>> {
  const [members, boots] = [await store.nodesOf(group), await store.lastBoots()]
  const taken = members.flatMap(({ id }) => secondsOf(boots.get(id)))
  const byStep = Map.groupBy(taken, ({ step }) => step)
  return new Map([...byStep].map(([step, all]) => [step, middle(all.map(({ seconds }) => seconds))]))
}

function secondsOf(boot: Boot | undefined): { step: string; seconds: number }[] {
  const steps = boot?.steps ?? []
  return steps.slice(0, -1).map(({ step, time }, at) => ({
    step,
    seconds: ((steps[at + 1]?.time ?? time) - time) / 1000,
  }))
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1] ?? 0
}
