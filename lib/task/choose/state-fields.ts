// The fields of where nodes are, beside those that nodes have: by what luna node status sorts and shows them.
import { bytesText, spanText } from '../../object/record/duration.ts'
import type { Store } from '../../store/store.ts'
import type { NodeState } from '../record/states.ts'
import { type ListedNode, listNodes } from '../show/nodes.ts'
import { type FieldReaders, type FieldText, nodeFieldReaders } from './fields.ts'

/** A node as it is listed, and where it is. */
export interface StatedNode extends ListedNode {
  readonly state: NodeState
}

/** Those of `--json`; step, percent and image are what they are now, not what the node said last. */
export const stateFieldReaders = {
  ...nodeFieldReaders,
  image: of(({ image }) => ({ shown: image ?? '' })),
  step: of(({ step, starting }) => ({ shown: starting ? 'starting' : (step ?? '') })),
  since: of(({ since }) => ({ shown: since ?? '' })),
  age: of(({ age }) => (age === null ? { shown: '' } : { shown: spanText(age), order: String(age) })),
  outcome: of(({ outcome }) => ({ shown: outcome ?? '' })),
  percent: of(({ percent }) => ({ shown: percent === null ? '' : String(Math.floor(percent)) })),
  rate: of(({ rate }) =>
    rate === null ? { shown: '' } : { shown: `${bytesText(rate)}/s`, order: String(rate) },
  ),
  error: of(({ error }) => ({ shown: error ?? '' })),
  armed: of(({ armed }) => ({ shown: armed === undefined ? '' : 'yes' })),
} satisfies FieldReaders

/** Fields that states have by themselves. */
const ownFields = [
  'name',
  'group',
  'image',
  'step',
  'since',
  'age',
  'outcome',
  'percent',
  'rate',
  'error',
  'armed',
]

/**
 * The nodes of the states, in their order; one that is gone meanwhile is left out. They are read where some
 * of the fields needs that.
 */
export async function statedNodes(
  store: Store,
  states: readonly NodeState[],
  fields: readonly string[],
): Promise<StatedNode[]> {
  if (fields.every((field) => ownFields.includes(field))) return states.map(bareNode)
  const nodes = new Map((await listNodes(store)).map((node) => [node.name, node]))
  return states.flatMap((state) => {
    const node = nodes.get(state.name)
    return node ? [{ ...node, state }] : []
  })
}

function bareNode(state: NodeState): StatedNode {
  const { name, group, image } = state
  return { name, group, osimage: image, mac: null, switch: null, port: null, interfaces: {}, state }
}

function of(read: (state: NodeState) => FieldText): (node: ListedNode) => FieldText {
  return (node) => read((node as StatedNode).state)
}
