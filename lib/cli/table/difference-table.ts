// The table of what a file adds, changes and removes.
import { type Difference, folded } from '../../task/apply/differences.ts'
import { table } from './table.ts'

const titles = ['Change', 'Objects', 'Field', 'Now', 'New']

/** The differences with names folded; a line where there are none. */
export function differenceTable(differences: readonly Difference[]): string {
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
  return table(titles, rows)
}
