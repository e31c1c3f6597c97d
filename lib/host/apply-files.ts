// Puts generated files in place. Drafts are judged by the daemon's own checker and swapped in together; then
// the daemon is told. Where it does not take them, the old files come back.
import { rm, stat } from 'node:fs/promises'
import { LunaError } from '../error.ts'
import { type DesiredFile, diffFile, followLink, readBytes, reason, setRights, writeDraft } from './file.ts'
import { publish } from './publish.ts'
import type { Owner } from './user.ts'

export interface Steps {
  /** Judges the drafts; `draftOf` tells where the text of a file can be read now. Throws to refuse them. */
  readonly check: (draftOf: (path: string) => string) => Promise<void>
  /**
   * Makes the daemon use what is in place; is given the paths that changed. Throws when it does not. With
   * `back` the old files are in place again, because this or `commit` failed.
   */
  readonly activate: (changed: readonly string[], back: boolean) => Promise<void>
  /** Does what belongs to the files elsewhere, once the daemon uses them. Throws when they shall not stay. */
  readonly commit?: () => Promise<void>
}

interface Step {
  readonly wanted: DesiredFile
  /** Where the file is, links followed. */
  readonly target: string
  readonly differs: boolean
  draft?: string
}

/**
 * Installs files and gives the paths that changed. When the check fails nothing has changed. When the daemon
 * does not take them, the old files are put back, the daemon is activated with them, and LunaError `failed`
 * is thrown. When the commit fails the same is done, and its own error is thrown.
 */
export async function applyFiles(files: readonly DesiredFile[], steps: Steps): Promise<string[]> {
  const plan = await Promise.all(files.map(compare))
  const differing = plan.filter(({ differs }) => differs)
  try {
    for (const step of differing) await draft(step)
    const drafts = new Map(plan.map((step) => [step.wanted.path, step.draft ?? step.target]))
    await steps.check((path) => drafts.get(path) ?? path)
    await correctRights(plan)
    const moves = differing.map(({ draft = null, target }) => ({ draft, target }))
    const changed = differing.map(({ wanted }) => wanted.path)
    await swapAndTell(moves, changed, steps)
    return changed
  } finally {
    for (const { draft } of plan) if (draft) await rm(draft, { force: true })
  }
}

/**
 * What `applyFiles` would change: for the path of each file a unified diff, or else lines about its mode and
 * owner; touches nothing.
 */
export async function previewFiles(files: readonly DesiredFile[]): Promise<ReadonlyMap<string, string>> {
  const diffs = new Map<string, string>()
  for (const file of files) {
    const diff = (await diffFile(file)) || (await diffRights(file))
    if (diff !== '') diffs.set(file.path, diff)
  }
  return diffs
}

/** Lines about rights of a file that it shall not have, '' when it has the right ones or goes. */
async function diffRights({ path, content, mode, owner }: DesiredFile): Promise<string> {
  const now = content === null ? undefined : await stat(path).catch(() => undefined)
  if (!now) return ''
  const octal = (all: number) => (all & 0o7777).toString(8).padStart(4, '0')
  const line = (what: string, is: string, shall: string) =>
    is === shall ? '' : `${what} of ${path}: ${is} now, ${shall} then\n`
  const numbers = ({ uid, gid }: Owner) => `${uid}:${gid}`
  // Nobody else could give it to another one.
  const own = owner && process.getuid?.() === 0 ? line('owner', numbers(now), numbers(owner)) : ''
  return line('mode', octal(now.mode), octal(mode)) + own
}

async function compare(wanted: DesiredFile): Promise<Step> {
  const target = await followLink(wanted.path)
  const now = await readBytes(target)
  const next = wanted.content === null ? undefined : Buffer.from(wanted.content)
  return { wanted, target, differs: now === undefined ? next !== undefined : !next?.equals(now) }
}

async function draft(step: Step): Promise<void> {
  const { content, mode, owner } = step.wanted
  if (content !== null) step.draft = await writeDraft(step.target, content, mode, owner)
}

/** Files that stay as they are get the mode and owner that they shall have. */
async function correctRights(plan: readonly Step[]): Promise<void> {
  try {
    for (const { wanted, target, differs } of plan)
      if (!differs && wanted.content !== null) await setRights(target, wanted.mode, wanted.owner)
  } catch (cause) {
    throw notInPlace(cause)
  }
}

/** How far it came decides what an error means. */
type Stage = 'files' | 'daemon' | 'commit'

async function swapAndTell(
  moves: Parameters<typeof publish>[0],
  changed: readonly string[],
  steps: Steps,
): Promise<void> {
  let stage: Stage = 'files'
  const last = async () => {
    stage = 'daemon'
    await steps.activate(changed, false)
    stage = 'commit'
    await steps.commit?.()
  }
  await publish(moves, last).catch(async (cause: unknown) => await explain(stage, changed, steps, cause))
}

/** The old files are in place again: has the daemon use them, and throws what is to be said. */
async function explain(
  stage: Stage,
  changed: readonly string[],
  steps: Steps,
  cause: unknown,
): Promise<never> {
  if (stage === 'files') throw notInPlace(cause)
  if (stage === 'daemon' && changed.length === 0) throw cause
  const back = await steps.activate(changed, true).then(
    () => true,
    () => false,
  )
  if (stage === 'commit' && back) throw cause
  const now = back
    ? 'the former configuration is back in use'
    : 'the former files are back, but the service does not run with them either'
  throw notTaken(now, cause)
}

function notTaken(now: string, cause: unknown): LunaError {
  const told = cause instanceof LunaError ? cause : undefined
  const what = told?.message ?? reason(cause)
  return new LunaError('failed', `the new configuration was not taken: ${now}`, {
    why: told?.why ? `${what}: ${told.why}` : what,
    fix: told?.fix ?? 'put that right, and give the command again',
    cause,
  })
}

function notInPlace(cause: unknown): LunaError {
  return new LunaError('failed', 'cannot put the new files in place; nothing has changed', {
    why: reason(cause),
    fix: 'look at the rights of their directories, and whether the disk is full',
    cause,
  })
}
