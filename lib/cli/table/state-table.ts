// Where nodes are: how many at which step, and a row for those that say the same.
import { compressHostlist } from '../../object/hostlist.ts'
import { bytesText, spanText } from '../../object/record/duration.ts'
import { type NodeState, shownStep } from '../../task/record/states.ts'
import { armedCell } from './show-table.ts'
import { table } from './table.ts'

const titles = ['nodes', 'step', 'done', 'for', 'image', 'error']

/** The counts, and the table below. */
export function stateTable(states: readonly NodeState[]): string {
  if (states.length === 0) return 'no nodes\n'
  const some = states.some((state) => state.armed !== undefined)
  const armed = (state: NodeState) => (some ? [state.armed === undefined ? '' : armedCell(state.armed)] : [])
  const alike = Map.groupBy(
    states.map((state) => ({ name: state.name, cells: [...cellsOf(state), ...armed(state)] })),
    ({ cells }) => JSON.stringify(cells),
  )
  const rows = [...alike.values()].map((same) => [
    compressHostlist(same.map(({ name }) => name)),
    ...(same[0]?.cells ?? []),
  ])
  return `${countLine(states)}\n${table([...titles, ...(some ? ['armed'] : [])], rows)}`
}

/** `100 nodes: 97 up, 2 install.download, 1 none`: most first. */
function countLine(states: readonly NodeState[]): string {
  const counts = [...Map.groupBy(states, shownStep)].map(([step, { length }]) => ({ step, length }))
  const texts = counts.sort((a, b) => b.length - a.length).map(({ step, length }) => `${length} ${step}`)
  return `${states.length} ${states.length === 1 ? 'node' : 'nodes'}: ${texts.join(', ')}`
}

function cellsOf(state: NodeState): string[] {
  const { percent, rate, age, image, error } = state
  const done = [
    percent === null ? [] : `${Math.floor(percent)} %`,
    rate === null ? [] : `${bytesText(rate)}/s`,
  ]
  const step = state.starting ? 'system starting' : shownStep(state)
  return [step, done.flat().join(', '), age === null ? '' : spanText(age), image ?? '-', error ?? '']
}
