// What nodes report beside statuses: why a step failed, and that their system is up.
import { LunaError } from '../error.ts'
import type { Node } from '../object/node.ts'
import type { BootEvent } from '../object/record/boot.ts'
import type { Store } from '../store/store.ts'
import { takeReport } from '../task/record/report.ts'
import type { Request } from './fastcgi/handler.ts'
import { numberOf, type Query, textOf } from './query.ts'

/** A report of a step that failed: `at=STEP&exit=STATUS` and a body. Throws LunaError `usage`. */
export async function failureReported(
  store: Store,
  node: Node,
  query: Query,
  { body = Buffer.alloc(0) }: Request,
  now: Date,
): Promise<BootEvent> {
  const step = textOf(query, 'at') ?? ''
  if (!/^install\.[a-z]{1,30}$/.test(step))
    throw new LunaError('usage', 'at= is not a step of an installation', { fix: 'at=install.STEP' })
  const status = numberOf(query, 'exit', -1, 0, 255)
  return await takeReport(store, node, { step, body, ...(status >= 0 && { status }) }, now)
}

/**
 * The seconds that the system of a node took to start, where it reports so beside `status=up`. The status in
 * the database stays what it is then: sites wait for `install.success`.
 */
export function upSeconds(query: Query, step: string): number | undefined {
  const seconds = step === 'up' ? textOf(query, 'seconds') : undefined
  if (seconds === undefined) return undefined
  if (/^\d{1,5}(\.\d{1,6})?$/.test(seconds)) return Number(seconds)
  throw new LunaError('usage', 'seconds= is not a number of seconds', { fix: 'such as seconds=48.2' })
}
