// What an entry of the history changed, field by field, as people read it.
import { isKept } from '../../object/inventory/fields.ts'
import { addressIn } from '../../object/network.ts'
import { isFreeOnly, type KeptEntry, type ObjectChange, type Store } from '../../store/store.ts'
import { type Difference, differencesOf } from '../apply/differences.ts'
import type { Effect } from '../effect/record.ts'
import { changedIn, objectAt, type Present, presentOf } from './typed.ts'

/**
 * The differences of an entry, with those of objects that it removed. References are named as they are called
 * now, where they are still there.
 */
export async function entryDifferences(store: Store, { changes }: KeptEntry): Promise<Difference[]> {
  const present = await presentOf(store, changes)
  const effects = changes.flatMap((change) => effectOf(change, present))
  const back = effects.map(
    ({ before, after, ...one }) => ({ ...one, before: after, after: before }) as Effect,
  )
  const there = (await differencesOf(store, effects)).filter(({ change }) => change !== 'remove')
  const gone = (await differencesOf(store, back)).filter(({ change }) => change === 'add')
  const onlyFree = changes.every(isFreeOnly)
  return [
    ...there,
    ...gone.map((one): Difference => ({ ...one, change: 'remove', from: one.to, to: '' })),
    ...changes.flatMap((change) => [
      ...secretRows(change),
      ...keptRows(change),
      ...(onlyFree ? freeRows(change, present) : []),
    ]),
  ]
}

function effectOf(change: ObjectChange, present: Present): Effect[] {
  const { kind, id } = change
  const now = present.find(kind, id)
  const [before, after] = [objectAt(change, 'before', now), objectAt(change, 'after', now)]
  return before || after ? [{ kind, id, before, after } as Effect] : []
}

function row({ kind, name, before, after }: ObjectChange): Pick<Difference, 'change' | 'kind' | 'name'> {
  return { kind, name, change: before ? (after ? 'change' : 'remove') : 'add' }
}

function secretRows(change: ObjectChange): Difference[] {
  const { secrets, before, after } = change
  const hidden = '(hidden)'
  return secrets.map((field) => ({
    ...row(change),
    field,
    from: before ? hidden : '',
    to: after ? hidden : '',
  }))
}

/** What Luna keeps by itself: the files of a packed image. */
function keptRows(change: ObjectChange): Difference[] {
  const { kind, before, after } = change
  if (!before || !after) return []
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return changedIn(change)
    .filter((field) => isKept(kind, field))
    .map((field) => ({ ...row(change), field, from: text(before[field]), to: text(after[field]) }))
}

function freeRows(change: ObjectChange, present: Present): Difference[] {
  const network = present.find('network', change.id)
  const text = (ranges: ObjectChange['taken']) =>
    ranges.map(({ start, end }) => [start, end].map(address).filter(isOther).join('-')).join(' ')
  const rows = [
    ['reserved', text(change.taken)],
    ['released', text(change.freed)],
  ] as const
  return rows.filter(([, to]) => to !== '').map(([field, to]) => ({ ...row(change), field, from: '', to }))

  function address(offset: bigint): string {
    const known = network && 'PREFIX' in network ? addressIn(network, offset) : undefined
    return known ?? `offset ${offset}`
  }
}

function isOther(text: string, at: number, all: readonly string[]): boolean {
  return at === 0 || text !== all[0]
}
