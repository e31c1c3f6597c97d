// The map of a network: a line that shows where it is full, and a table of its ranges.
import type { ShownMap } from '../../task/show/network-map.ts'
import { table } from './table.ts'

/** The map as text. */
export function mapText({ name, network, line, ranges }: ShownMap): string {
  const rows = ranges.map(({ first, last, count, state, who }) => {
    return [first === last ? first : `${first} - ${last}`, count, who === '' ? state : who]
  })
  const head = `${name} ${network}, # taken, + in part, . free\n[${line}]\n`
  return head + table(['Addresses', 'Count', 'Who'], rows)
}
