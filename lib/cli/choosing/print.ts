// What luna node list and show print of the nodes that are chosen.
import type { Facts } from '../../task/show/facts.ts'
import type { ListedNode } from '../../task/show/nodes.ts'
import type { Context } from '../command.ts'
import { jsonText } from '../rows.ts'
import { nodeTable, nodeTableOneLine } from '../table/node-table.ts'
import { columnTable, foldedNames, sortedBy } from './columns.ts'

interface Wanted {
  readonly columns: string | undefined
  readonly sort: string | undefined
  readonly fold: boolean
  readonly json: boolean
  readonly csv: boolean
  readonly 'one-line': boolean
}

/** JSON and CSV have all fields whatever the columns. */
export async function printNodes(
  context: Pick<Context, 'print'>,
  wanted: Wanted,
  chosen: readonly ListedNode[],
): Promise<void> {
  const nodes = wanted.sort === undefined ? chosen : sortedBy(wanted.sort, chosen)
  if (wanted.json) context.print(jsonText(nodes satisfies readonly Facts[]))
  else if (wanted.csv) context.print((await import('../../task/show/nodes-csv.ts')).nodesCsv(nodes))
  else if (wanted.columns !== undefined) context.print(columnTable(wanted.columns, nodes, wanted.fold))
  else if (wanted.fold) context.print(foldedNames(nodes))
  else context.print(wanted['one-line'] ? nodeTableOneLine(nodes) : nodeTable(nodes))
}

/**
 * The nodes with these names as they are listed, in their order or in that of fields. Throws LunaError
 * `not-found`, and `usage` for a field that there is not.
 */
export async function nodesInOrder(
  context: Pick<Context, 'store'>,
  sort: string | undefined,
  names: readonly string[],
): Promise<readonly ListedNode[]> {
  const { chosenNodes } = await import('../../task/choose/nodes.ts')
  const chosen = await chosenNodes(await context.store(), { names: { names, except: new Set() } })
  if (sort !== undefined) return sortedBy(sort, chosen)
  const at = new Map(names.map((name, index) => [name, index]))
  return chosen.toSorted((a, b) => (at.get(a.name) ?? 0) - (at.get(b.name) ?? 0))
}
