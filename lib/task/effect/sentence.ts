// What a command did, or would do, to how many: one sentence.
import type { Kind } from '../../object/field.ts'
import type { Group } from '../../object/group.ts'
import { compressHostlist, counted } from '../../object/hostlist.ts'
import { changedFields } from './fields.ts'
import type { NodeEffect } from './node-losses.ts'
import type { Effect } from './record.ts'

/** Everything that is told of a command. */
export interface Told {
  readonly effects: readonly Effect[]
  readonly nodes: readonly NodeEffect[]
  /** Commands that are to be given now. */
  readonly due: readonly string[]
  /** Names that it was given and did not all of it to. */
  readonly undone: readonly string[]
}

/** `did`, or with `would` what it would do. */
export type Mood = 'did' | 'would'

/** The sentence; undefined where nothing is changed and no names were left undone. Pure. */
export function effectSentence({ effects, nodes, due, undone }: Told, mood: Mood): string | undefined {
  const told = relevant(effects)
  const clauses = Map.groupBy(told, clauseOf)
  if (clauses.size === 0 && undone.length < 2) return undefined
  const changed = new Set(told.flatMap(({ before, after }) => [before?.name, after?.name]))
  const left = undone.filter((name) => !changed.has(name))
  const parts = [
    ...(clauses.size === 0 ? ['nothing is changed'] : []),
    ...[...clauses].map(([clause, all]) => objectsText(clause, all, nodes, mood)),
    ...nodesText(effects, nodes, mood),
    ...(left.length > 0 ? [`left undone: ${compressHostlist(left)}`] : []),
    ...(due.length > 0 ? [`${mood === 'did' ? 'due' : 'then due'}: ${due.join(', ')}`] : []),
  ]
  return parts.join('; ')
}

/**
 * Without what only follows from the rest: free lists of networks, and addresses of nodes whose group is
 * changed.
 */
function relevant(effects: readonly Effect[]): Effect[] {
  const changed = effects.filter((one) => !one.before || !one.after || changedFields(one).length > 0)
  const own = changed.filter((one) => !(one.kind === 'network' && only(one, 'freelist')))
  const grouped = own.some(({ kind }) => kind === 'group')
  const left = own.filter((one) => !(grouped && one.kind === 'node' && only(one, 'interfaces')))
  return left.length > 0 ? left : changed
}

function only(effect: Effect, field: string): boolean {
  const fields = changedFields(effect)
  return fields.length === 1 && fields[0] === field
}

/** What is said of an object but for its name: objects of which the same is said are told together. */
function clauseOf(effect: Effect): string {
  const { kind, before, after } = effect
  if (!before) return JSON.stringify(['add', kind, ''])
  if (!after) return JSON.stringify(['delete', kind, ''])
  const fields = changedFields(effect)
  if (fields.includes('name')) return JSON.stringify(['rename', kind, `to ${after.name}`])
  const details = fields.flatMap((field) =>
    kind === 'group' && field === 'interfaces' ? interfaceDetails(before, after) : [label[field] ?? field],
  )
  return JSON.stringify(['change', kind, `(${details.join(', ')})`])
}

/** Fields that have no option of their name. */
const label: { readonly [field: string]: string } = {
  freelist: 'free addresses',
  interfaces: 'addresses',
  connected: 'addresses',
  numbers: 'addresses by number',
  NETWORK: 'network',
  PREFIX: 'prefix',
}

function interfaceDetails(before: Group, after: Group): string[] {
  const [was, is] = [before.interfaces, after.interfaces]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) => {
    const [old, now] = [was[key], is[key]]
    if (!old) return [`interface ${now?.name} added`]
    if (!now) return [`interface ${old.name} deleted`]
    if (old.name !== now.name) return [`interface ${old.name} renamed to ${now.name}`]
    if (old.params !== now.params) return [`parameters of interface ${now.name}`]
    const same = old.network[4] === now.network[4] && old.network[6] === now.network[6]
    return same ? [] : [`network of interface ${now.name}`]
  })
}

const past = { add: 'added', delete: 'deleted', rename: 'renamed', change: 'changed' } as const

function objectsText(
  clause: string,
  all: readonly Effect[],
  nodes: readonly NodeEffect[],
  mood: Mood,
): string {
  const [verb, kind, detail] = JSON.parse(clause) as [keyof typeof past, Kind, string]
  const said = mood === 'did' ? past[verb] : `would ${verb}`
  if (kind === 'cluster') return [said, 'the cluster', detail].filter(Boolean).join(' ')
  const names = all.map(({ before, after }) => (before ?? after)?.name ?? '')
  const addresses = verb === 'add' || verb === 'delete' ? withAddresses(kind, names, nodes) : ''
  return `${said} ${counted(names.length, kind)}${addresses}: ${compressHostlist(names)} ${detail}`.trimEnd()
}

function withAddresses(kind: Kind, names: readonly string[], nodes: readonly NodeEffect[]): string {
  if (kind !== 'node') return ''
  const own = nodes.filter(({ name }) => names.includes(name))
  return ` with ${counted(sum(own.map(({ lost, got }) => lost + got)), 'address')}`
}

/** What nodes that stay lose and get. */
function nodesText(effects: readonly Effect[], nodes: readonly NodeEffect[], mood: Mood): string[] {
  const isNew = (one: Effect) => one.kind === 'node' && !(one.before && one.after)
  const told = new Set(effects.filter(isNew).map(({ before, after }) => (before ?? after)?.name))
  const left = nodes.filter(({ name }) => !told.has(name))
  const losing = left.filter(({ lost }) => lost > 0)
  const getting = left.filter(({ got }) => got > 0)
  const moved = left.filter((one) => one.moved)
  const renamed = left.filter((one) => one.renamed)
  const other = left.filter((one) => one.concerned && one.lost + one.got === 0 && !one.moved && !one.renamed)
  const gets = (some: readonly NodeEffect[]) => verb(some.length === 1 ? 'gets' : 'get', 'get')
  const verb = (did: string, would: string) => (mood === 'did' ? did : `would ${would}`)
  const text = (some: readonly NodeEffect[], does: string, what: string) =>
    some.length === 0 ? [] : [`${counted(some.length, 'node')} ${does} ${what}: ${namesOf(some)}`]
  return [
    ...text(losing, verb('lost', 'lose'), counted(sum(losing.map(({ lost }) => lost)), 'address')),
    ...text(getting, verb('got', 'get'), counted(sum(getting.map(({ got }) => got)), 'address')),
    ...text(moved, verb(moved.length === 1 ? 'has' : 'have', 'have'), 'other addresses'),
    ...text(renamed, gets(renamed), 'another host name at the next installation'),
    ...text(other, gets(other), 'it at the next installation'),
  ]
}

function namesOf(nodes: readonly NodeEffect[]): string {
  return compressHostlist(nodes.map(({ name }) => name))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
