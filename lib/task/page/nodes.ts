// All nodes as the page shows them: small, since there may be ten thousand, and the same text as long as
// nothing happens, so that it need not be sent again.
import type { Store } from '../../store/store.ts'
import { type NodeState, nodeStates } from '../record/states.ts'

/** A node; what it has not is left out. Times are in ISO 8601, rates in bytes per second. */
export type PageNode = { readonly name: string } & {
  readonly [F in Exclude<keyof NodeState & string, 'name' | 'age'>]?: NonNullable<NodeState[F]>
}

export interface PageNodes {
  /** Groups together, in the order of their names; nodes without a group come last. */
  readonly nodes: readonly PageNode[]
}

export async function pageNodes(store: Store, now: Date): Promise<PageNodes> {
  return { nodes: (await nodeStates(store, now)).map(pageNode) }
}

/** Ages change with every second: who has the time knows them. */
function pageNode({ age: _age, ...state }: NodeState): PageNode {
  return withoutNothing(state) as PageNode
}

/** Without the fields that have no value, or are false. */
function withoutNothing(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== false))
}

/** Whether they change although nothing is written of it: the tracker alone knows how far a download is. */
export function isMoving({ nodes }: PageNodes): boolean {
  return nodes.some(({ step }) => step === 'install.download')
}
