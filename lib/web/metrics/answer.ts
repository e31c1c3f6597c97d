// Answers /metrics: what the leader has counted, and what the store holds now.
import { LunaError } from '../../error.ts'
import type { Store } from '../../store/store.ts'
import { figures } from '../../task/page/figures.ts'
import type { Leader } from '../asked.ts'
import type { Response } from '../fastcgi/handler.ts'

/** The text format, version 0.0.4. */
const type = 'text/plain; version=0.0.4; charset=utf-8'

export interface MetricsContext {
  store(): Promise<Store>
  readonly leader: Pick<Leader, 'metrics' | 'steps'>
  now(): Date
}

/** Without a store, it says so, and tells the rest. */
export async function metricsAnswer({ store, leader, now }: MetricsContext): Promise<Response> {
  const { storeMetrics } = await import('./store-metrics.ts')
  const began = performance.now()
  const read = async () => ({
    figures: await figures(await store(), await leader.steps(), now()),
    seconds: (performance.now() - began) / 1000,
  })
  const told = await read().catch((error: unknown) => {
    if (error instanceof LunaError && error.code === 'unavailable') return null
    throw error
  })
  return { status: 200, type, body: `${await leader.metrics()}\n${await storeMetrics(told)}` }
}
