// What root's timer has luna doctor find, as it lies in the store for those who cannot look themselves.
import type { Store } from '../../store/store.ts'
import type { Finding, State } from '../doctor/check.ts'

export interface LastFindings {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly findings: readonly Finding[]
}

/** Those of the head that was looked at last; undefined where none ever was. */
export async function lastFindings(store: Store): Promise<LastFindings | undefined> {
  const reports = await store.headReports('doctor')
  const last = reports.toSorted((a, b) => b.time - a.time).at(0)
  return last && { time: last.time, findings: readFindings(last.told) }
}

const states: readonly State[] = ['fine', 'warning', 'wrong']

/** The findings in a report; what is damaged is left out. */
export function readFindings(told: unknown): Finding[] {
  if (!Array.isArray(told)) return []
  return told.flatMap((one: Partial<Record<keyof Finding, unknown>> | null) => {
    const { check, seen, fix } = one ?? {}
    const state = states.find((known) => known === one?.state)
    if (!state || typeof check !== 'string' || typeof seen !== 'string') return []
    return [{ check, state, seen, fix: typeof fix === 'string' ? fix : null }]
  })
}
