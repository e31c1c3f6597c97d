// Common to the make commands: their result, dry runs, and that they take turns.
import { globSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { applyFiles, previewFiles, type Steps } from '../../host/apply-files.ts'
import type { DesiredFile } from '../../host/file.ts'
import { rootsLock, withLock } from '../../host/lock.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import type { Notes, Outcome } from '../outcome.ts'

export interface Generated extends Outcome {
  /** Unified diffs of what would change; only with `dryRun`. */
  readonly diff: string
  /** Files that would be written or removed; only with `dryRun`. */
  readonly due: readonly string[]
  /** Files that were written, and files that were removed; none with `dryRun`. */
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly infos: readonly string[]
}

/** Installs the files, or only says what that would change. */
export async function generateFiles(
  files: readonly DesiredFile[],
  steps: Steps,
  dryRun: boolean,
  notes: Notes,
  infos: readonly string[] = [],
): Promise<Generated> {
  if (dryRun) {
    const diffs = await previewFiles(files)
    const due = [...diffs.keys()]
    return { ...notes, infos, diff: [...diffs.values()].join(''), due, changed: [], removed: [] }
  }
  const gone = new Set(files.filter(({ content }) => content === null).map(({ path }) => path))
  const all = await applyFiles(files, steps)
  const [changed, removed] = [all.filter((path) => !gone.has(path)), all.filter((path) => gone.has(path))]
  return { ...notes, infos, diff: '', due: [], changed, removed }
}

// Longer than a daemon and another head together may take.
const longestTurn = 300

/**
 * Does work while no other make command of this machine writes into the directory of a file. What it reads
 * from the store meanwhile is at least as new as what the one before it read.
 */
export async function whileAlone<T>(file: string, dryRun: boolean, work: () => Promise<T>): Promise<T> {
  const dir = dirname(file)
  // Where there is no directory, the work itself says so.
  const free = dryRun || !statSync(dir, { throwIfNoEntry: false })
  if (free) return await work()
  return await withLock(await lockOf(dir), `another command writes into ${dir}`, work, { wait: longestTurn })
}

/** Of root, a file that only root can take a lock on; anybody can lock a directory that can be read. */
async function lockOf(dir: string): Promise<string> {
  if (process.getuid?.() !== 0) return dir
  const { dev, ino } = statSync(dir)
  return await rootsLock('generate', `${dev}-${ino}`)
}

/**
 * A line about templates of the first Luna, which are in another language and never read; undefined without
 * any.
 */
export function formerTemplates(cluster: Pick<Cluster, 'path'>): string | undefined {
  const dir = paths(cluster).templates
  const there = globSync('templ_*.cfg', { cwd: dir })
  if (there.length === 0) return undefined
  return `${dir}: ${there.toSorted().join(', ')} of the first Luna are not read; what you changed in them belongs into templates of this Luna (man luna-templates)`
}
