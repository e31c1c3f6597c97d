// What a file adds, changes and removes: the documents of the inventory before and after, field by field, and
// the same for people with names folded.
import type { Id, Kind } from '../../object/field.ts'
import { compressHostlist } from '../../object/hostlist.ts'
import { type DocumentValue, documentOf, type Lookup } from '../../object/inventory/document.ts'
import { givenFields } from '../../object/inventory/fields.ts'
import { fieldsOf, type Objects } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import type { Effect } from '../effect/record.ts'

/** One field of one object that has another value. */
export interface Difference {
  readonly change: 'add' | 'change' | 'remove'
  readonly kind: Kind
  readonly name: string
  readonly field: string
  /** Texts as the inventory has them, '' for none; those of secrets are hidden. */
  readonly from: string
  readonly to: string
}

/** The differences that effects make; the store has them already. */
export async function differencesOf(store: Store, effects: readonly Effect[]): Promise<Difference[]> {
  const [before, after] = [await worldOf(store, effects, 'before'), await worldOf(store, effects, 'after')]
  return effects.flatMap((effect) => {
    const change = effect.before ? (effect.after ? 'change' : 'remove') : 'add'
    const one = { change, kind: effect.kind, name: (effect.before ?? effect.after)?.name ?? '' } as const
    const bare = { ...one, field: '', from: '', to: '' }
    if (change === 'remove') return [bare]
    const [had, has] = [fieldsIn(effect, 'before', before), fieldsIn(effect, 'after', after)]
    const fields = [...new Set([...had.keys(), ...has.keys()])].map((field) => {
      return { ...one, field, from: had.get(field) ?? '', to: has.get(field) ?? '' }
    })
    const different = fields.filter(({ from, to }) => from !== to).map(hidden)
    if (change === 'change') return different
    // What a new object would have by itself is not what it had.
    return different.length === 0 ? [bare] : different.map((field) => ({ ...field, from: '' }))
  })
}

/** The objects that others refer to, as they were or are. */
async function worldOf(store: Store, effects: readonly Effect[], when: 'before' | 'after'): Promise<Lookup> {
  const all = new Map<string, Objects[Kind]>()
  for (const kind of ['network', 'osimage', 'bmcsetup', 'switch', 'group'] as const)
    for (const object of await store.list(kind)) all.set(`${kind} ${object.id}`, object)
  for (const effect of effects) {
    const object = effect[when]
    if (object) all.set(`${effect.kind} ${effect.id}`, object)
  }
  return <K extends Kind>(kind: K, id: Id) => all.get(`${kind} ${id}`) as Objects[K] | undefined
}

/** The fields of the object that are not what a new one has. */
function fieldsIn(
  { kind, before, after }: Effect,
  when: 'before' | 'after',
  find: Lookup,
): Map<string, string> {
  const object = when === 'before' ? before : after
  if (!object) return new Map(when === 'before' ? defaultsOf(kind) : [])
  const { name: _, ...document } = documentOf(kind, object as Objects[typeof kind], find, { secrets: true })
  return new Map(flattened(document))
}

function defaultsOf(kind: Kind): [string, string][] {
  const plain = givenFields(kind).filter(([, { absent }]) => typeof absent !== 'object')
  return plain.map(([name, { absent }]) => [name, textOf(absent as DocumentValue)])
}

/** Fields of maps by their path; the word `interfaces` is not said, nor the usual IP version. */
function flattened(
  value: { readonly [field: string]: DocumentValue },
  path: readonly string[] = [],
): [string, string][] {
  return Object.entries(value).flatMap(([key, one]): [string, string][] => {
    const at = [...path, key]
    if (typeof one === 'object' && one !== null && !isList(one)) return flattened(one, at)
    const said = at.filter((word, index) => !(index === 0 && at.length > 1) && word !== 'ipv4')
    return [[said.join('.'), textOf(one)]]
  })
}

function isList(value: DocumentValue): value is readonly string[] {
  return Array.isArray(value)
}

function textOf(value: DocumentValue): string {
  if (value === null) return ''
  if (isList(value)) return value.join(' ')
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}

function hidden(difference: Difference): Difference {
  const fields: Readonly<Record<string, { readonly secret?: true }>> = fieldsOf[difference.kind]
  return fields[difference.field]?.secret ? { ...difference, from: '(hidden)', to: '(hidden)' } : difference
}

/** A line for people: objects of which the same is said. */
export interface FoldedDifference extends Omit<Difference, 'name'> {
  readonly names: string
}

// More lines about one field are one line.
const mostAlike = 8

/** Differences with names folded; where a field has many values, its lines are folded too. */
export function folded(all: readonly Difference[]): FoldedDifference[] {
  const fields = Map.groupBy(all, ({ change, kind, field }) => JSON.stringify([change, kind, field]))
  return [...fields.values()].flatMap((some) => {
    const lines = [...Map.groupBy(some, ({ from, to }) => JSON.stringify([from, to])).values()]
    if (lines.length <= mostAlike) return lines.map((line) => foldedLine(line))
    return [
      {
        ...foldedLine(some),
        from: several(some.map(({ from }) => from)),
        to: several(some.map(({ to }) => to)),
      },
    ]
  })
}

function foldedLine(some: readonly Difference[]): FoldedDifference {
  const [{ name: _, ...first }] = some as [Difference, ...Difference[]]
  const names = compressHostlist(some.map(({ name }) => name))
  return { ...first, names, from: oneLine(first.from), to: oneLine(first.to) }
}

function several(values: readonly string[]): string {
  const distinct = new Set(values)
  const [first = ''] = distinct
  if (distinct.size === 1) return oneLine(first)
  return `${oneLine(first)} .. ${oneLine(values.at(-1) ?? '')} (${distinct.size} values)`
}

// In characters.
const longest = 50

/** Scripts and long texts are not told. */
function oneLine(text: string): string {
  const lines = text.split('\n')
  if (lines.length > 1) return `(${lines.length} lines, ${text.length} characters)`
  return text.length > longest ? `${text.slice(0, longest)}... (${text.length} characters)` : text
}
