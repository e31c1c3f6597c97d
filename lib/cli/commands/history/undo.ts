// luna undo: takes back what one command changed.
import { type Command, command } from '../../command.ts'
import { reportOutcome } from '../../rows.ts'

const undoRow = command({
  action: '',
  help: 'Take back what one command changed, where that is still so: all of it, or nothing and the reason.',
  operand: 'number',
  examples: [
    ['luna undo 12 --dry-run', 'what would change; the numbers are those of luna history'],
    ['luna undo 12', 'as it was before; that can be undone, too'],
  ],
  changes: 'asked',
  async run(context, _given, number) {
    const { undoEntry } = await import('../../../task/undo/undo.ts')
    reportOutcome(context, await undoEntry(await context.store(), number))
  },
})

export const undo: readonly Command[] = [undoRow]
