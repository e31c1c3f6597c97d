// What the make commands have in common: what they give back, and how they are told to change nothing.
import { globSync } from 'node:fs'
import { applyFiles, previewFiles, type Steps } from '../../host/apply-files.ts'
import type { DesiredFile } from '../../host/file.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import type { Notes, Outcome } from '../outcome.ts'

export interface Generated extends Outcome {
  /** Unified diffs of what would change; only with `dryRun`. */
  readonly diff: string
  /** Files that changed; empty with `dryRun`. */
  readonly changed: readonly string[]
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
  if (dryRun) return { ...notes, infos, diff: await previewFiles(files), changed: [] }
  return { ...notes, infos, diff: '', changed: await applyFiles(files, steps) }
}

/** A line for people where templates of the first Luna lie, which are in another language and never read; else undefined. */
export function formerTemplates(cluster: Pick<Cluster, 'path'>): string | undefined {
  const dir = paths(cluster).templates
  const there = globSync('templ_*.cfg', { cwd: dir })
  if (there.length === 0) return undefined
  return `${dir}: ${there.toSorted().join(', ')} of the first Luna are not read; what you changed in them belongs into templates of this Luna (man luna-templates)`
}
