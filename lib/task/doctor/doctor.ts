// luna doctor: looks at all of a head, side by side, and changes nothing.
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { openMemoryStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { makeLimit } from '../limit.ts'
import { type Check, type Finding, type Head, type Verdict, verdictOf, wrong } from './check.ts'
import { checks } from './checks.ts'
import { lookAtHead } from './head.ts'

// Most checks wait for something else than this process.
const atOnce = 12

/**
 * A finding for every check, in the order of the table. Where there is no store, or no cluster in it, that is
 * the only one. `signal` ends the waiting: throws LunaError `failed`.
 */
export async function examine(
  open: () => Promise<Store>,
  config: Config,
  signal: AbortSignal,
): Promise<Finding[]> {
  const copy = openMemoryStore()
  try {
    const head = await open()
      .then((store) => lookAtHead(store, copy, config))
      .catch(withoutCluster)
    if ('state' in head) return [{ check: 'cluster', ...head }]
    return await runChecks(checks, head, signal)
  } finally {
    await copy.close()
  }
}

/** More than the cluster is missing where there is none. */
function withoutCluster(error: unknown): Verdict {
  const isNone = error instanceof LunaError && error.code === 'not-found'
  return isNone ? { ...verdictOf(error), fix: 'luna setup' } : verdictOf(error)
}

/** The findings of checks, in their order. One that throws, or takes `longest` milliseconds, finds that. */
export async function runChecks(
  all: readonly Check[],
  head: Head,
  signal: AbortSignal,
  longest = 15_000,
): Promise<Finding[]> {
  const limit = makeLimit(atOnce)
  const find = async (check: Check, waiting = () => {}): Promise<Finding> => {
    const verdict = await limit(() => withinTime(check.run(head, waiting).catch(verdictOf), longest))
    return { check: check.name, ...verdict }
  }
  const work = async () => {
    // What others compute would keep a slow one from coming to its wait.
    const slow = all.filter((check) => check.slow).map((check) => untilWaiting((then) => find(check, then)))
    await Promise.all(slow.map(({ waits }) => waits))
    return await Promise.all([
      ...slow.map(({ found }) => found),
      ...all.filter((check) => !check.slow).map((check) => find(check)),
    ])
  }
  const findings = await Promise.race([work(), interruption(signal)])
  const place = ({ check }: Finding) => all.findIndex(({ name }) => name === check)
  return findings.toSorted((a, b) => place(a) - place(b))
}

/** Begins work, and tells when it waits or has ended. */
function untilWaiting<T>(begin: (waiting: () => void) => Promise<T>) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const found = begin(resolve)
  found.then(() => resolve(), resolve)
  return { found, waits: promise }
}

async function withinTime(work: Promise<Verdict>, longest: number): Promise<Verdict> {
  const late = wrong(`no answer within ${longest / 1000} s`, 'look for what holds it up: luna -d doctor')
  const over = new AbortController()
  const timer = delay(longest, late, { signal: over.signal }).catch(() => late)
  return await Promise.race([work, timer]).finally(() => over.abort())
}

async function interruption(signal: AbortSignal): Promise<never> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  throw new LunaError('failed', 'luna doctor was interrupted', { fix: null })
}
