// The table of what a file adds, changes and removes.
import { type Difference, folded } from '../../task/apply/differences.ts'
import { table } from './table.ts'

/** The differences with names folded; a line where there are none. `states`: what the two values are. */
export function differenceTable(
  differences: readonly Difference[],
  states: readonly [string, string] = ['Now', 'New'],
): string {
  if (differences.length === 0) return 'no differences\n'
  const rows = folded(differences).map(({ change, kind, names, field, from, to }) => {
    return [
      change,
      `${kind} ${names}`,
      field,
      from || (change === 'change' ? '-' : ''),
      to || (change === 'remove' ? '' : '-'),
    ]
  })
  return table(['Change', 'Objects', 'Field', ...states], rows)
}
