// The summary of what a command did or would do: what is said of it, and how many nodes lose something.
import type { Store } from '../../store/store.ts'
import { dueAfter } from './due.ts'
import { nodeEffects } from './node-losses.ts'
import { type Effect, recordEffects } from './record.ts'
import { effectSentence, type Mood } from './sentence.ts'

export interface Summary {
  /** Undefined where nothing is changed. */
  readonly sentence: string | undefined
  /** How many nodes lose something that they had. */
  readonly losing: number
}

/** Sums up effects that are in the store, or, with `would`, are not. */
export async function summarise(
  store: Store,
  effects: readonly Effect[],
  undone: readonly string[],
  mood: Mood,
): Promise<Summary> {
  if (effects.length + undone.length === 0) return { sentence: undefined, losing: 0 }
  const [nodes, due] = [await nodeEffects(store, effects), await dueAfter(store, effects)]
  const sentence = effectSentence({ effects, nodes, due, undone }, mood)
  return { sentence, losing: nodes.filter(({ loses }) => loses).length }
}

class RolledBack extends Error {}

/** What `work` would do: it is done and taken back, as one transaction. It must not wait for anybody. */
export async function rehearse(store: Store, work: (store: Store) => Promise<void>): Promise<Effect[]> {
  let effects: Effect[] = []
  const rolled = store.transaction(async (tx) => {
    const recorder = recordEffects(tx)
    await work(recorder.store)
    effects = recorder.effects()
    throw new RolledBack()
  })
  await rolled.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error
  })
  return effects
}
