// What can be counted of the cluster now, for the metrics.

import { stepLabel } from '../../object/record/phase.ts'
import { readSeeder, type SeederFigures } from '../../object/record/seeder.ts'
import type { Store } from '../../store/store.ts'
import type { State } from '../doctor/check.ts'
import { isPacked } from '../image/packed.ts'
import { readFindings } from '../record/findings.ts'
import { type SteadyState, shownStep } from '../record/states.ts'

/** How many nodes are at which step. */
export type StepCounts = ReadonlyMap<string, number>

export interface Figures {
  readonly nodes: StepCounts
  readonly images: { readonly packed: number; readonly unpacked: number }
  /** Torrent clients that the tracker knows. */
  readonly peers: { readonly complete: number; readonly incomplete: number }
  readonly seeders: readonly (SeederFigures & Told)[]
  /** How many findings of the doctor are in which state. */
  readonly doctors: readonly (Readonly<Record<State, number>> & Told)[]
}

/** Of which head, and how many seconds ago. */
interface Told {
  readonly head: string
  readonly age: number
}

export function countSteps(states: readonly SteadyState[]): StepCounts {
  const counts = new Map<string, number>()
  for (const state of states) {
    const step = labelOf(shownStep(state))
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  return counts
}

/** What the store has beside `nodes`. */
export async function figures(store: Store, nodes: StepCounts, now: Date): Promise<Figures> {
  const images = await store.list('osimage')
  const packed = images.filter(isPacked).length
  const peers = await store.peers()
  const complete = peers.filter(({ left }) => left === 0).length
  return {
    nodes,
    images: { packed, unpacked: images.length - packed },
    peers: { complete, incomplete: peers.length - complete },
    ...(await toldOfHeads(store, now)),
  }
}

const ownWords: readonly string[] = ['none', 'starting']

/** Failures count by their step; what nodes may make up is one. */
function labelOf(step: string): string {
  if (ownWords.includes(step) || step === 'boot.error.image') return step
  const known = stepLabel(step.replace('.error.', '.'))
  return step.includes('.error.') && known !== 'other' ? known.replace('.', '.error.') : known
}

async function toldOfHeads(store: Store, now: Date): Promise<Pick<Figures, 'seeders' | 'doctors'>> {
  const age = (time: number) => Math.max(0, (now.getTime() - time) / 1000)
  const seeders = (await store.headReports('seeder')).flatMap(({ head, time, told }) => {
    const read = readSeeder(told)
    return read ? [{ head, age: age(time), ...read }] : []
  })
  const doctors = (await store.headReports('doctor')).map(({ head, time, told }) => {
    const counts: Record<State, number> = { fine: 0, warning: 0, wrong: 0 }
    for (const { state } of readFindings(told)) counts[state]++
    return { head, age: age(time), ...counts }
  })
  return { seeders, doctors }
}
