// What luna node status prints of the states that are chosen.
import type { Store } from '../../store/store.ts'
import { statedNodes, stateFieldReaders } from '../../task/choose/state-fields.ts'
import type { NodeState } from '../../task/record/states.ts'
import { stateTable } from '../table/state-table.ts'
import { columnTable, foldedNames, listed, sortedBy } from './columns.ts'

interface Wanted {
  readonly columns: string | undefined
  readonly sort: string | undefined
  readonly fold: boolean
}

/** The states in the order of these fields. Throws LunaError `usage` for one that there is not. */
export async function sortedStates(
  store: Store,
  sort: string | undefined,
  states: readonly NodeState[],
): Promise<readonly NodeState[]> {
  if (sort === undefined) return states
  const nodes = await statedNodes(store, states, listed(sort))
  return sortedBy(sort, nodes, stateFieldReaders).map(({ state }) => state)
}

/** Counts and a table of those that say the same; or a table of these columns; or the names as a hostlist. */
export async function statesText(
  store: Store,
  { columns, sort, fold }: Wanted,
  states: readonly NodeState[],
): Promise<string> {
  const sorted = await sortedStates(store, sort, states)
  if (columns !== undefined)
    return columnTable(columns, await statedNodes(store, sorted, listed(columns)), fold, stateFieldReaders)
  return fold ? foldedNames(sorted) : stateTable(sorted)
}
