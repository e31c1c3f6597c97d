// The outcome of an operation beside its result: warnings, and parts that failed while the rest was done.
import { LunaError } from '../error.ts'
import { compressHostlist } from '../object/hostlist.ts'

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
    const before = notes.failures.length
    const done = await attempt(notes, () => work(name))
    const own = notes.failures.slice(before)
    for (const failure of own) about.set(failure, name)
    const ends = !done && own.at(-1)?.code === 'not-found'
    if (own.length > 0) leave(notes, ends ? names.slice(at) : [name])
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

/** Which of several names a failure is about. */
const about = new WeakMap<LunaError, string>()

/** The failures, those that say the same of several names as one. */
export function foldFailures(failures: readonly LunaError[]): readonly LunaError[] {
  const alike = Map.groupBy(failures, (failure) => {
    const put = withName(about.get(failure), '\0', '\0')
    return JSON.stringify([failure.code, put(failure.message), put(failure.why), put(failure.fix)])
  })
  return [...alike.values()].map(folded)
}

function folded(alike: readonly LunaError[]): LunaError {
  const [first] = alike as [LunaError]
  const name = about.get(first)
  if (alike.length === 1 || name === undefined) return first
  const names = compressHostlist(alike.map((failure) => about.get(failure) ?? ''))
  // In a command line the brackets are for the shell.
  const put = withName(name, names, `'${names}'`)
  const { code, message, why, fix, cause } = first
  const said = put(message)
  return new LunaError(code, said === message ? `${names}: ${message}` : (said ?? ''), {
    ...(why !== undefined && { why: put(why) ?? '' }),
    fix: put(fix, true) ?? null,
    cause,
  })
}

/** A way to put another text in the place of a name; in a command line that one which is quoted. */
function withName(name: string | undefined, other: string, quoted: string) {
  if (name === undefined) return (text: string | null | undefined) => text
  const word = new RegExp(`(?<![\\w.-])${RegExp.escape(name)}(?![\\w.-])`, 'g')
  return (text: string | null | undefined, isCommand = false) =>
    text?.replace(word, () => (isCommand ? quoted : other))
}

function leave(notes: Notes, names: readonly string[]): void {
  notes.undone = [...(notes.undone ?? []), ...names]
}
