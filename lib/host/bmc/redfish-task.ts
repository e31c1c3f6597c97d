// Requests that a Redfish service carries out later (DSP0266, "Asynchronous operations"): it answers 202 with
// the place of a task monitor, which answers 202 until it is done and then as the request would have been
// answered. Some give the Task itself (schema Task of DSP2046), or a Job, in place of the monitor.
import { LunaError } from '../../error.ts'
import type { Bmc } from './bmc.ts'
import type { Json } from './redfish-error.ts'
import type { Response } from './redfish-http.ts'
import { pathIn } from './redfish-link.ts'

// TaskState and JobState; the last two are those of one maker's jobs.
const succeeded = ['Completed']
const ended = ['Exception', 'Killed', 'Cancelled', 'Invalid', 'CompletedWithErrors', 'Failed']

/** True while the outcome is still to come. */
export function isUnderWay({ status, body }: Response): boolean {
  const state = stateIn(body)
  return state === undefined ? status === 202 : ![...succeeded, ...ended].includes(state)
}

/** Where the outcome is told; undefined where the answer to a request for `path` does not say. */
export function monitorOf(bmc: Bmc, { header, body = {} }: Response, path: string): string | undefined {
  const links = [header('location'), body.TaskMonitor, body['@odata.id']]
  const paths = links.map((link) => (typeof link === 'string' ? pathIn(bmc, link, path) : undefined))
  return paths.find((one) => one !== undefined && one !== path)
}

/** Throws LunaError `failed` when a task ended without having done what it was for. */
export function refuseFailed({ body }: Response): void {
  const state = stateIn(body)
  if (state === undefined || !ended.includes(state)) return
  throw new LunaError('failed', 'the BMC has not done it', {
    why: [`its task ended with ${state}`, messageIn(body)].filter(Boolean).join(': '),
    fix: 'what it says is its own: see its log, and the manual of its maker',
  })
}

/** What is said of a task that takes longer than anybody waits. */
export function unfinished(path: string, { body }: Response): LunaError {
  return new LunaError('failed', 'the BMC is still at it', {
    why: `${path} is ${stateIn(body) ?? 'not done'}`,
    fix: 'see what became of it in a minute: lpower NAMES status',
  })
}

function stateIn(body: Json | undefined): string | undefined {
  const state = body?.TaskState ?? body?.JobState
  return typeof state === 'string' && /^\w{1,40}$/.test(state) ? state : undefined
}

/** The last of its messages: the first ones tell that it began. */
function messageIn(body: Json | undefined): string {
  const messages: readonly unknown[] = Array.isArray(body?.Messages) ? body.Messages : []
  const texts = messages.map((one) => (one as { Message?: unknown } | null)?.Message)
  const text = texts.findLast((one) => typeof one === 'string') ?? ''
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 200)
}
