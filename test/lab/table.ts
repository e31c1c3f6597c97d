// What the lab shows: while nodes boot, a table that stays in its place on a terminal and a line per event
// elsewhere; afterwards how long each phase took.

import type { Boot } from './boot.ts'
import { meaning, type Phase, phases } from './phases.ts'
import { ownShare, timelineOf } from './timeline.ts'

/** The table of all boots as text; pure but for the clocks of the boots. */
export function renderTable(boots: readonly Boot[]): string {
  const rows = boots.map((boot) => {
    const seconds = boot.seconds()
    const inPhase = boot.progress.phase === 'up' ? '' : `${(seconds - boot.progress.since).toFixed(0)} s`
    const phase = boot.progress.phase ?? 'firmware'
    return [boot.vm.spec.name, phase, inPhase, percent(boot.status), meaning[phase]]
  })
  return columns([['NODE', 'PHASE', 'FOR', 'DONE', ''], ...rows])
}

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

function percent(status: string | undefined): string {
  return /\(([\d.]+%)/.exec(status ?? '')?.[1] ?? ''
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

/** Keeps the table in place on a terminal; on anything else says nothing. */
export class LiveTable {
  readonly #boots: readonly Boot[]
  readonly #out: NodeJS.WriteStream
  readonly #timer: NodeJS.Timeout | undefined
  #height = 0

  constructor(boots: readonly Boot[], out: NodeJS.WriteStream) {
    this.#boots = boots
    this.#out = out
    if (out.isTTY) this.#timer = setInterval(() => this.draw(), 500)
  }

  draw(): void {
    if (!this.#out.isTTY) return
    const text = renderTable(this.#boots)
    const up = this.#height > 0 ? `\x1b[${this.#height}A` : ''
    this.#out.write(`${up}\x1b[J${text}\n`)
    this.#height = text.split('\n').length
  }

  end(): void {
    this.draw()
    clearInterval(this.#timer)
  }
}
