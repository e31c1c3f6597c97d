// What luna node list prints of the nodes that are chosen.
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
