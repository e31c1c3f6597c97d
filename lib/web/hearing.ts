// What the leader of lweb makes of what its workers tell: boots are written down, answers counted, machines
// that are no node remembered.
import type { Log } from '../log.ts'
import { withRefused } from '../object/record/refused.ts'
import { withAsked } from '../object/record/unknown.ts'
import type { Store } from '../store/store.ts'
import { answerTo, isQuestion } from './asked.ts'
import { hearFetched } from './fetched.ts'
import { runHooks } from './hooks.ts'
import { Remembered } from './machines.ts'
import { watchNodes } from './page/watched.ts'
import { isSeen, recordSeen } from './seen.ts'
import { isTold } from './told.ts'
import type { Hear } from './workers.ts'

export interface Hearing {
  readonly hear: Hear
  /** Writes down the rest and resolves. */
  end(): Promise<void>
}

/** Never rejects: a store that is away is logged. */
export async function hearWorkers(
  store: () => Promise<Store>,
  key: () => Promise<string | undefined>,
  log: Log,
): Promise<Hearing> {
  // Only the leader needs the package behind it, and its workers are made of the same code.
  const { LeaderMetrics } = await import('./metrics/leader-metrics.ts')
  const metrics = new LeaderMetrics()
  const leader = { metrics: () => metrics.text(), ...watchNodes(store) }
  const recording = recordSeen(store, log, metrics.seen)
  const unknown = new Remembered(store, log, 'unknown', withAsked)
  const refused = new Remembered(store, log, 'refused', withRefused)
  const hooks = runHooks(store, log)
  const endFetched = await hearFetched(recording.fetched, key, log)
  return {
    hear(message, answer) {
      if (isSeen(message)) {
        recording.add(message.seen)
        hooks.see(message.seen)
      } else if (isTold(message)) {
        metrics.answered(message.counted)
        unknown.add(message.unknown)
        refused.add(message.refused)
      } else if (isQuestion(message)) void answerTo(message, leader).then(answer)
    },
    async end() {
      endFetched()
      hooks.end()
      await Promise.all([recording.end(), unknown.end(), refused.end()])
    },
  }
}
