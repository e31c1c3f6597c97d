// luna setup: makes a head of this machine, step by step. Each step is whole or not at all; what is there
// already is left alone, so that the same command goes on where it ended, and changes nothing afterwards.
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { openMemoryStore, openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { attempt, type Notes, newNotes, type Outcome } from '../outcome.ts'
import { type Done, doStep, type Hands } from './do-step.ts'
import type { Found } from './found.ts'
import { isFoundation, isMake, lineOf, type Step } from './step.ts'

export interface SetupOptions {
  /** The store, where there is one already. */
  readonly store: Store | undefined
  readonly logDir: string
  readonly dryRun: boolean
  readonly signal: AbortSignal
  /** Told before a step is done; without `dryRun` not of those that may change nothing. */
  onStep(line: string): void
  /** Told what came of it: files that were written or removed; with `dryRun` the difference. */
  onDone(done: Done): void
}

/**
 * Does the steps in their order. A foundation that fails ends it with LunaError `failed` or what the step
 * throws; of the other steps those that fail are failures, and the rest is done.
 */
export async function runSetup(
  found: Found,
  steps: readonly Step[],
  options: SetupOptions,
): Promise<Outcome> {
  const notes = newNotes()
  const opened = openLater(found, options)
  const hands: Hands = { ...options, config: found.config, store: opened.store }
  try {
    for (const step of steps) {
      if (options.signal.aborted) throw interrupted()
      await tell(step, hands, options, notes)
    }
  } finally {
    await opened.close()
  }
  return notes
}

async function tell(step: Step, hands: Hands, options: SetupOptions, notes: Notes): Promise<void> {
  if (options.dryRun || !isMake(step)) options.onStep(lineOf(step))
  const work = async () => {
    const done = await doStep(step, hands)
    options.onDone(done)
    notes.warnings.push(...(done.warnings ?? []))
    notes.failures.push(...(done.failures ?? []))
  }
  if (isFoundation(step)) await work()
  else await attempt(notes, work)
}

/**
 * The store that is there, a new one, or for a dry run a copy in memory. Only what was opened here is closed.
 */
function openLater(found: Found, { store, dryRun }: SetupOptions) {
  let own: Promise<Store> | undefined
  return {
    store: () => {
      if (store && !dryRun) return Promise.resolve(store)
      own ??= dryRun ? copyOf(store) : openStore(configOf(found))
      return own
    },
    close: async () => await (await own?.catch(() => undefined))?.close(),
  }
}

async function copyOf(store: Store | undefined): Promise<Store> {
  const copy = openMemoryStore()
  if (store) await copy.restore(await store.dump())
  return copy
}

/** What luna.conf says by now. */
function configOf({ config, database }: Found): Config {
  return database === undefined ? config : { ...config, store: { embedded: database } }
}

function interrupted(): LunaError {
  return new LunaError('failed', 'setup was interrupted', { fix: 'luna setup goes on from here' })
}
