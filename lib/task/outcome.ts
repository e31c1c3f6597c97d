// The outcome of an operation beside its result: warnings, and parts that failed while the rest was done.
import { LunaError } from '../error.ts'

export interface Outcome {
  /** Done as asked, but worth knowing. */
  readonly warnings: readonly string[]
  /** Not done; everything else was. The highest exit status among them is that of the command. */
  readonly failures: readonly LunaError[]
  /** Of several names, those to which nothing was done. */
  readonly undone?: readonly string[]
}

/** An Outcome under construction. */
export interface Notes {
  readonly warnings: string[]
  readonly failures: LunaError[]
  undone?: readonly string[]
}

export function newNotes(): Notes {
  return { warnings: [], failures: [] }
}

/**
 * Does `work`. A LunaError becomes a failure, and the result false; a broken store or a defect is thrown on.
 */
export async function attempt(notes: Notes, work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof LunaError) || error.code === 'unavailable' || error.code === 'internal')
      throw error
    notes.failures.push(error)
    return false
  }
}

/**
 * Does `work` for each name in order, as the first Luna goes through a hostlist. A missing object ends it,
 * with the earlier ones done; other failures are noted, and it goes on.
 */
export async function inTurn(
  notes: Notes,
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  for (const [at, name] of names.entries()) {
    if (await attempt(notes, () => work(name))) continue
    const ends = notes.failures.at(-1)?.code === 'not-found'
    leave(notes, ends ? names.slice(at) : [name])
    if (ends) return
  }
}

/** Does `work` for each name in order until one fails: earlier ones stay done. */
export async function untilOneFails(
  notes: Notes,
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  for (const [at, name] of names.entries()) {
    if (await attempt(notes, () => work(name))) continue
    leave(notes, names.slice(at))
    return
  }
}

function leave(notes: Notes, names: readonly string[]): void {
  notes.undone = [...(notes.undone ?? []), ...names]
}
