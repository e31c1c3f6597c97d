// The steps that take back others: for a transaction on a single server that is refused half-way.
import type { Step } from './steps.ts'

/**
 * What takes back the steps of a journal, wherever they were cut off: what was not done is not taken back,
 * since updates only change what they left. Writes of expiring documents have nothing to take back.
 */
export function undoOf(steps: readonly Step[]): Step[] {
  return steps.toReversed().flatMap((step): Step[] => {
    const { collection } = step
    switch (step.op) {
      case 'insert':
        return [{ op: 'remove', collection, where: { _id: step.document._id } }]
      case 'update': {
        const { id, set, unset, was } = step
        return was ? [{ op: 'update', collection, id, ...was, was: { set, unset } }] : []
      }
      case 'remove':
        return step.was ? [{ op: 'insert', collection, document: step.was }] : []
      case 'rename':
        return [{ op: 'rename', collection: step.to, to: collection }]
      default:
        return []
    }
  })
}
