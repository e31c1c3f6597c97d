// The summary of what a command did or would do: what is said of it, and how many nodes lose something.
import type { Store } from '../../store/store.ts'
import { dueAfter } from './due.ts'
import { nodeEffects } from './node-losses.ts'
import type { Effect } from './record.ts'
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
