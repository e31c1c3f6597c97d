// What the runner's report comes to. A quirk that the specification says to fix leaves
// another database than the first Luna's, and every later step shows the same difference
// again: it is counted where it came in, not once more.

export interface Difference {
  readonly scenario: string
  readonly step: number
  readonly quirk: string | null
  /** Area (`db`, `rc`, `stdout` …) and what differs. */
  readonly diffs: readonly (readonly [area: string, what: string])[]
}

/**
 * The differences, in order of steps, that are neither a quirk's nor all of them left
 * behind in the database by one.
 */
export function failures(differences: readonly Difference[]): Difference[] {
  return differences.filter((one) => {
    const left = new Set(
      differences
        .filter(({ scenario, step, quirk }) => quirk !== null && scenario === one.scenario && step < one.step)
        .flatMap(({ diffs }) => diffs.filter(([area]) => area === 'db').map(([, what]) => what)),
    )
    return one.quirk === null && !one.diffs.every(([area, what]) => area === 'db' && left.has(what))
  })
}
