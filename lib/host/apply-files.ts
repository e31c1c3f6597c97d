// Puts generated files in place: drafted, judged by the daemon's own checker, swapped in together, the daemon told, and
// the old files put back when it does not take them.
import { link, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LunaError, sentence } from '../error.ts'
import {
  type DesiredFile,
  diffFile,
  followLink,
  readBytes,
  reason,
  setRights,
  syncDirectory,
  tempBeside,
  writeDraft,
} from './file.ts'

export interface Steps {
  /** Judges the drafts; `draftOf` gives where the text of a file can be read now. Throws when they are not acceptable. */
  readonly check: (draftOf: (path: string) => string) => Promise<void>
  /** Makes the daemon use what is in place; is given the paths that changed. Throws when it does not. */
  readonly activate: (changed: readonly string[]) => Promise<void>
}

interface Step {
  readonly wanted: DesiredFile
  readonly target: string
  readonly differs: boolean
  draft?: string
  backup?: string
  swapped?: true
}

/**
 * Installs files and gives the paths that changed. When the check fails nothing has changed; when the activation fails
 * the old files are put back, the daemon is activated with them, and LunaError `failed` is thrown.
 */
export async function applyFiles(files: readonly DesiredFile[], steps: Steps): Promise<string[]> {
  const plan = await Promise.all(files.map(compare))
  try {
    for (const step of plan) await draft(step)
    const drafts = new Map(plan.map((step) => [step.wanted.path, step.draft ?? step.target]))
    await steps.check((path) => drafts.get(path) ?? path)
    const changed = plan.filter((step) => step.differs).map((step) => step.wanted.path)
    await swapAll(plan)
    await activate(plan, changed, steps)
    return changed
  } finally {
    for (const { draft, backup } of plan) {
      if (draft) await rm(draft, { force: true })
      if (backup) await rm(backup, { force: true })
    }
  }
}

/** What `install` would change, as unified diffs one after another; touches nothing. */
export async function previewFiles(files: readonly DesiredFile[]): Promise<string> {
  const diffs = []
  for (const file of files) diffs.push(await diffFile(file))
  return diffs.join('')
}

async function compare(wanted: DesiredFile): Promise<Step> {
  const target = await followLink(wanted.path)
  const now = await readBytes(target)
  const next = wanted.content === null ? undefined : Buffer.from(wanted.content)
  return { wanted, target, differs: now === undefined ? next !== undefined : !next?.equals(now) }
}

async function draft(step: Step): Promise<void> {
  const { content, mode, owner } = step.wanted
  if (step.differs && content !== null) step.draft = await writeDraft(step.target, content, mode, owner)
}

async function swapAll(plan: readonly Step[]): Promise<void> {
  try {
    for (const step of plan) await swap(step)
    for (const dir of new Set(plan.map((step) => dirname(step.target)))) await syncDirectory(dir)
  } catch (cause) {
    await putBack(plan)
    throw new LunaError('failed', 'cannot put the new files in place; nothing has changed', {
      why: reason(cause),
      cause,
    })
  }
}

async function swap(step: Step): Promise<void> {
  const { wanted, target } = step
  if (!step.differs) {
    if (wanted.content !== null) await setRights(target, wanted.mode, wanted.owner)
    return
  }
  if (await readBytes(target)) {
    const backup = tempBeside(target, 'old')
    await rm(backup, { force: true })
    await link(target, backup)
    step.backup = backup
  }
  step.swapped = true
  if (step.draft) await rename(step.draft, target)
  else await rm(target)
}

async function activate(plan: readonly Step[], changed: readonly string[], steps: Steps): Promise<void> {
  try {
    await steps.activate(changed)
  } catch (cause) {
    if (changed.length === 0) throw cause
    await putBack(plan)
    const again = await steps.activate(changed).then(
      () => 'the former configuration is back in use',
      () => 'the former files are back, but the service does not run with them either',
    )
    throw new LunaError('failed', `the new configuration was not taken: ${again}`, {
      why: sentence(cause),
      cause,
    })
  }
}

async function putBack(plan: readonly Step[]): Promise<void> {
  for (const step of plan) {
    if (step.backup) await rename(step.backup, step.target)
    else if (step.swapped) await rm(step.target, { force: true })
  }
}
