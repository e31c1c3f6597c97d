// luna history: what commands changed.
import { LunaError } from '../../../error.ts'
import { option } from '../../../program/option.ts'
import type { HistoryEntry } from '../../../store/store.ts'
import { type Command, type Context, command } from '../../command.ts'
import { jsonText } from '../../rows.ts'

const usual = 20

const show = command({
  action: '',
  help: 'Show the last commands that changed something: who, when, and what; one of them with its differences.',
  operand: 'some-number',
  options: {
    count: option('int', 'at most so many, the newest', { short: 'n', value: 'N', default: usual }),
    node: option('names', 'only those that changed one of these nodes', {
      value: 'NAMES',
      refersTo: 'node',
    }),
    object: option('text', 'only those that changed an object of that name', { value: 'NAME' }),
    json: option('flag', 'as JSON, for scripts'),
  },
  examples: [
    ['luna history --node node017', 'what was done to a node'],
    ['luna history 12', 'the values before and after'],
  ],
  async run(context, { count, node, object, json }, number) {
    if (number !== undefined) {
      if (node || object !== undefined)
        throw new LunaError('usage', 'one entry is shown, or those about some objects', {
          fix: 'give its number alone',
        })
      return await showOne(context, number, json)
    }
    const { listHistory } = await import('../../../task/undo/list.ts')
    const entries = await listHistory(await context.store(), {
      most: Math.max(0, count),
      nodes: node,
      object,
    })
    if (json) return context.print(jsonText(entries.map(facts)))
    const { changesTable } = await import('../../table/change-table.ts')
    context.print(changesTable(entries))
  },
})

async function showOne(context: Context, number: number, json: boolean): Promise<void> {
  const { getEntry } = await import('../../../task/undo/undo.ts')
  const { entryDifferences } = await import('../../../task/undo/differences.ts')
  const store = await context.store()
  const entry = await getEntry(store, number)
  const differences = await entryDifferences(store, entry)
  if (json) return context.print(jsonText({ ...facts(entry), differences }))
  const { changeText } = await import('../../table/change-table.ts')
  context.print(changeText(entry, differences))
}

function facts({ number, time, user, as, command: line, objects, whole, omitted }: HistoryEntry) {
  const changes = objects.map(({ verb, kind, names }) => ({ change: verb, kind, names }))
  return { number, time, user, as, command: line, changes, whole, omitted }
}

export const history: readonly Command[] = [show]
