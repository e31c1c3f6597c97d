// Whether what an entry left is still so, and which later entries have changed it.
import { label } from '../../object/check/defect.ts'
import type { FieldTable, Id, Kind } from '../../object/field.ts'
import { difference } from '../../object/net/freelist.ts'
import { fieldsOf, type Objects } from '../../object/objects.ts'
import type { KeptEntry, ObjectChange, Store } from '../../store/store.ts'
import { changedFields } from '../effect/fields.ts'
import { notUndone } from './not-undone.ts'
import { changedIn, objectAt, type Present } from './typed.ts'

/** Something that is not as an entry left it. */
interface Conflict {
  readonly kind: Kind
  readonly id: Id
  /** For people. */
  readonly line: string
  /** undefined: whether it is there at all. */
  readonly field: string | undefined
  /** It counts only when a command did it. */
  readonly byCommand?: true
}

// So many are told.
const mostTold = 5

/** Throws LunaError `refused` when something is not as the entry left it: what, and since which entry. */
export async function refuseChanged(store: Store, entry: KeptEntry, present: Present): Promise<void> {
  const conflicts = entry.changes.flatMap((change) => conflictsOf(change, present))
  if (conflicts.length === 0) return
  const since = await sinceWhen(store, entry.number, conflicts)
  const real = conflicts.filter((one) => !one.byCommand || since.has(one))
  if (real.length === 0) return
  const lines = real.map((one) => `${one.line}${sinceText(since.get(one))}`)
  const more = lines.length > mostTold ? [`and ${lines.length - mostTold} more`] : []
  const later = [...new Set(real.flatMap((one) => since.get(one) ?? []))].sort((a, b) => b - a)
  throw notUndone(entry.number, {
    why: [...lines.slice(0, mostTold), ...more].join('; '),
    fix:
      later.length > 0
        ? `undo first what came later: ${later.slice(0, mostTold).map(undoLine).join(', then ')}`
        : `see what it left: luna history ${entry.number}`,
  })
}

function sinceText(number: number | undefined): string {
  return number === undefined ? ', and no command did it' : ` since entry ${number}`
}

function undoLine(number: number): string {
  return `luna undo ${number}`
}

function conflictsOf(change: ObjectChange, present: Present): Conflict[] {
  const { kind, id, name, before, after } = change
  const now = present.find(kind, id)
  const called = label(kind, now?.name ?? (typeof after?.name === 'string' ? after.name : name))
  const conflict = (line: string, field?: string): Conflict => ({ kind, id, line, field })
  if (!after) return now ? [conflict(`${called} is there again`)] : []
  if (!now) return [conflict(`${called} is gone`)]
  const fields = fieldsThatDiffer(change, now).map((field) =>
    conflict(`${field === 'name' ? 'the name' : field} of ${called} is another one`, field),
  )
  const cards = kind === 'node' ? cardConflict(change, present) : undefined
  if (!cards) return fields
  const line = `the MAC address of ${called} is another one`
  return [...fields, { ...conflict(line, 'mac'), ...(!before && { byCommand: true }) }]
}

/** Fields of the change that have other values now than it left. Secrets are not compared. */
function fieldsThatDiffer(change: ObjectChange, now: Objects[Kind]): string[] {
  const { kind, before } = change
  const left = objectAt(change, 'after', now)
  const table: FieldTable = fieldsOf[kind]
  const ignored = ['mac', 'also', 'status', 'freelist']
  const compared = new Set(before ? changedIn(change) : Object.keys(table))
  const differ = changedFields({ before: left, after: now } as Parameters<typeof changedFields>[0])
  const fields = differ.filter(
    (field) => compared.has(field) && !ignored.includes(field) && !table[field]?.secret,
  )
  return before || kind !== 'network' || isSameFree(left, now) ? fields : [...fields, 'freelist']
}

function isSameFree(a: Objects[Kind] | undefined, b: Objects[Kind]): boolean {
  if (!a || !('freelist' in a) || !('freelist' in b)) return false
  return difference(a.freelist, b.freelist).length + difference(b.freelist, a.freelist).length === 0
}

function cardConflict({ id, before, cards }: ObjectChange, present: Present): boolean {
  if (before && !cards) return false
  const left = cards?.after ?? { mac: null, also: [] }
  return JSON.stringify(left) !== JSON.stringify(present.cards(id))
}

/** The newest entry after that number which changed each of these things, where there is one. */
async function sinceWhen(
  store: Store,
  number: number,
  conflicts: readonly Conflict[],
): Promise<Map<Conflict, number>> {
  const found = new Map<Conflict, number>()
  const kinds = new Set(conflicts.map(({ kind }) => kind))
  for (const entry of await store.history()) {
    if (entry.number <= number || found.size === conflicts.length) break
    if (!entry.objects.some(({ kind }) => kinds.has(kind)) && entry.objects.length > 0) continue
    const changes = (await store.historyOf(entry.number))?.changes ?? []
    const byId = new Map(changes.map((change) => [change.id, change]))
    for (const one of conflicts) {
      const change = byId.get(one.id)
      if (change && !found.has(one) && isAbout(change, one.field)) found.set(one, entry.number)
    }
  }
  return found
}

function isAbout(change: ObjectChange, field: string | undefined): boolean {
  const { before, after, cards, taken, freed } = change
  if (!before || !after) return true
  if (field === 'mac') return cards !== undefined
  if (field === 'freelist') return taken.length + freed.length > 0
  return field !== undefined && changedIn(change).includes(field)
}

/** The newest entry after that number which removed an object, and the name that the object had. */
export async function removedSince(
  store: Store,
  number: number,
  { kind, id }: { readonly kind: Kind; readonly id: Id },
): Promise<{ readonly number: number; readonly name: string } | undefined> {
  for (const entry of await store.history()) {
    if (entry.number <= number) return undefined
    if (!entry.objects.some((one) => one.kind === kind && one.verb === 'remove')) continue
    const changes = (await store.historyOf(entry.number))?.changes ?? []
    const change = changes.find((one) => one.id === id && !one.after)
    if (change) return { number: entry.number, name: change.name }
  }
  return undefined
}
