// The table of nodes, with an interface per line or (`-1`) a node per line.
import type { ListedNode } from '../../task/show/nodes.ts'
import { addressed, cellOf } from './show-table.ts'
import { borderOf, displayWidth, padEnd, shown, table } from './table.ts'

const titles = ['Name', 'Group', 'MAC', 'IPs']

/** All nodes; interfaces without addresses are left out. */
export function nodeTable(nodes: readonly ListedNode[]): string {
  const rows = nodes.map((node) => {
    return [node.name, groupCell(node), node.mac, cellOf('node', 'interfaces', node.interfaces)]
  })
  return table(titles, rows)
}

function groupCell({ group }: ListedNode): string | null {
  return group === null ? null : `[${group}]`
}

/**
 * A line per node: interfaces side by side, padded by their place over all groups. The borders below the
 * header divide the column of addresses accordingly.
 */
export function nodeTableOneLine(nodes: readonly ListedNode[]): string {
  const lines = nodes.map((node) => ({
    node,
    parts: addressed(node.interfaces).map(([name, addresses]) => [name, ...addresses]),
  }))
  const places = placesOf(lines.map(({ parts }) => parts))
  const cells = lines.map(({ parts }) => places.map((place, at) => partText(parts[at], place)))
  const last = Math.max(0, places.length - 1)
  const ips = cells.map((row) => row.join(' | '))
  const plain = table(
    titles,
    lines.map(({ node }, at) => [node.name, groupCell(node), node.mac, ips[at] ?? '']),
  )
  if (places.length < 2) return plain
  const inner = places.map((place, at) => place.whole + (at === last ? 4 : 1))
  return divided(plain, inner)
}

interface Place {
  /** Width of `NAME:` and of the whole part. */
  readonly label: number
  readonly whole: number
}

function placesOf(rows: readonly (readonly (readonly string[])[])[]): Place[] {
  const count = Math.max(0, ...rows.map((parts) => parts.length))
  return Array.from({ length: count }, (_, at) => {
    const parts = rows.map((row) => row[at]).filter((part) => part !== undefined)
    const label = Math.max(...parts.map(([name = '']) => displayWidth(shown(name)) + 2))
    const whole = Math.max(...parts.map(([, ...addresses]) => label + addresses.join(' ').length))
    return { label, whole }
  })
}

function partText(part: readonly string[] | undefined, { label, whole }: Place): string {
  if (!part) return ' '.repeat(whole)
  const [name = '', ...addresses] = part
  return padEnd(padEnd(`${shown(name)}:`, label) + addresses.join(' '), whole)
}

/** Gives the two lower borders a `+` wherever the last column has a `|`. */
function divided(text: string, inner: readonly number[]): string {
  const lines = text.split('\n')
  const border = lines[0] ?? ''
  const head = border.slice(0, border.lastIndexOf('+', border.length - 2))
  const lower = head + borderOf(inner)
  return lines.map((line, at) => (at > 0 && line === border ? lower : line)).join('\n')
}
