// What the lab shows when its nodes are up: how long each phase took.

import type { Boot } from './boot.ts'
import { meaning, type Phase, phases } from './phases.ts'
import { ownShare, timelineOf } from './timeline.ts'

/** The seconds of each phase, node by node, with the sum; a phase that no node had is left out. */
export function renderSummary(boots: readonly Boot[]): string {
  const laps = boots.map((boot) => boot.progress.laps(boot.progress.since))
  const spent = (index: number, phase: Phase) =>
    (laps[index] ?? []).filter((lap) => lap.phase === phase).reduce((sum, lap) => sum + lap.seconds, 0)
  const seen = phases.filter((phase) => phase !== 'up' && boots.some((_, index) => spent(index, phase) > 0))
  const rows = seen.map((phase) => [
    phase,
    ...boots.map((_, index) => spent(index, phase).toFixed(1)),
    meaning[phase],
  ])
  const sums = boots.map((boot) => boot.progress.since.toFixed(1))
  const names = boots.map((boot) => boot.vm.spec.name)
  const shares = boots.map((boot) => `${(100 * ownShare(timelineOf(boot))).toFixed(0)} %`)
  return columns([
    ['SECONDS', ...names, ''],
    ...rows,
    ['in all', ...sums, 'power on to login prompt'],
    ['Luna', ...shares, 'of it: what is not firmware, kernel or systemd'],
  ])
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
