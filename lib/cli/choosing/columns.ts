// Nodes as people ask for them: these columns, in this order, names folded.
import { LunaError } from '../../error.ts'
import { compressHostlist } from '../../object/hostlist.ts'
import { option } from '../../program/option.ts'
import { type FieldReaders, type FieldText, nodeFieldReaders, readerOf } from '../../task/choose/fields.ts'
import type { ListedNode } from '../../task/show/nodes.ts'
import { table } from '../table/table.ts'

/** Options of commands that print a table of things with these fields. */
export function columnOptions(readers: FieldReaders = nodeFieldReaders) {
  const more = { value: 'A,B', begins: Object.keys(readers), newer: true } as const
  const folded = 'names as a hostlist: one for all, or with --columns one for each row that is alike'
  return {
    columns: option('text', 'these fields, a column each, such as name,mac,status', more),
    sort: option('text', 'in the order of these fields; numbers in them count as such', more),
    fold: option('flag', folded, { newer: true }),
  } as const
}

/** Sorts by the fields, those that are not set last. Throws LunaError `usage` for an unknown one. */
export function sortedBy<T extends ListedNode>(
  fields: string,
  nodes: readonly T[],
  readers: FieldReaders = nodeFieldReaders,
): T[] {
  const read = listed(fields).map((field) => readerOf(field, nodes, readers))
  const keyed = nodes.map((node) => ({ node, keys: read.map((one) => orderOf(one(node))) }))
  const { compare } = new Intl.Collator('en', { numeric: true })
  const order = (a: string, b: string) => Number(a === '') - Number(b === '') || compare(a, b)
  return keyed
    .sort((a, b) => a.keys.reduce((found, key, at) => found || order(key, b.keys[at] ?? ''), 0))
    .map(({ node }) => node)
}

function orderOf({ shown, order = shown }: FieldText): string {
  return order
}

/** A table of these fields; folded, rows that differ in nothing but the name are one. */
export function columnTable(
  fields: string,
  nodes: readonly ListedNode[],
  fold: boolean,
  readers: FieldReaders = nodeFieldReaders,
): string {
  const titles = listed(fields)
  const read = titles.map((field) => readerOf(field, nodes, readers))
  const rows = nodes.map((node) => read.map((one) => one(node).shown || '-'))
  return table(titles, fold ? folded(titles, rows) : rows)
}

/** All names as one line. */
export function foldedNames(nodes: readonly Pick<ListedNode, 'name'>[]): string {
  return nodes.length === 0 ? '' : `${compressHostlist(nodes.map(({ name }) => name))}\n`
}

/** The fields that a list names. Throws LunaError `usage` for an empty one. */
export function listed(fields: string): string[] {
  const found = fields.split(',').flatMap((field) => field.trim() || [])
  if (found.length > 0) return found
  throw new LunaError('usage', 'no field is named', { fix: 'write it like name,mac,status' })
}

function folded(titles: readonly string[], rows: readonly (readonly string[])[]): string[][] {
  const at = titles.indexOf('name')
  const rest = (row: readonly string[]) => row.filter((_, index) => index !== at)
  const alike = Map.groupBy(rows, (row) => JSON.stringify(rest(row)))
  return [...alike.values()].map((same) => {
    const [first = []] = same
    return first.map((cell, index) =>
      index === at ? compressHostlist(same.map((row) => row[at] ?? '')) : cell,
    )
  })
}
