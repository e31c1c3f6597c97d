// The fields of nodes by which they are chosen, sorted and shown in columns.
import { LunaError } from '../../error.ts'
import type { Facts } from '../show/facts.ts'
import type { ListedNode } from '../show/nodes.ts'

/** What a field of a node says: the text that is shown ('' for none), and others that stand for it. */
export interface FieldText {
  readonly shown: string
  /** What stands for it where it is sorted by, when that is not what is shown. */
  readonly order?: string
  readonly alike?: readonly string[]
}
export type FieldReader = (node: ListedNode) => FieldText
export type FieldReaders = { readonly [field: string]: FieldReader }

/** Every field but the interfaces, which are fields by their names. */
export const nodeFieldReaders = {
  name: plain('name'),
  group: plain('group'),
  image: plain('osimage'),
  mac: (node) => ({ shown: text(node.mac), alike: alsoOf(node) }),
  also: (node) => ({ shown: alsoOf(node).join(' '), alike: alsoOf(node) }),
  switch: plain('switch'),
  port: plain('port'),
  localboot: plain('localboot'),
  setupbmc: plain('setupbmc'),
  service: plain('service'),
  status: ({ status }) => ({ shown: text(part(status).step), alike: [text(part(status).phase)] }),
  phase: ({ status }) => ({ shown: text(part(status).phase) }),
  percent: ({ status }) => ({ shown: text(part(status).percent) }),
  time: ({ status }) => ({ shown: text(part(status).time) }),
  ip: ({ interfaces }) => addresses(Object.values(interfaces)),
  comment: plain('comment'),
} satisfies FieldReaders

/**
 * How the field is read; it may also be the name of an interface that some of the nodes have. Throws
 * LunaError `usage` when there is no such field.
 */
export function readerOf(
  field: string,
  nodes: readonly ListedNode[],
  readers: FieldReaders = nodeFieldReaders,
): FieldReader {
  const reader = Object.hasOwn(readers, field) ? readers[field] : undefined
  if (reader) return reader
  const used = new Set(nodes.flatMap(({ interfaces }) => Object.keys(interfaces)))
  if (used.has(field) || nodes.length === 0) return ({ interfaces }) => addresses([interfaces[field]])
  throw new LunaError('usage', `nodes have no field ${JSON.stringify(field)}`, {
    fix: `choose one of ${[...Object.keys(readers), ...used].join(', ')}`,
  })
}

/** All texts that a condition may hold for. */
export function textsOf({ shown, alike = [] }: FieldText): readonly string[] {
  return [shown, ...alike]
}

function plain(field: string): FieldReader {
  return (node) => {
    const fact = node[field]
    if (typeof fact !== 'boolean') return { shown: text(fact) }
    return fact ? { shown: 'yes', alike: ['y', 'true'] } : { shown: 'no', alike: ['n', 'false'] }
  }
}

function alsoOf({ also }: ListedNode): string[] {
  return Array.isArray(also) ? also.map(String) : []
}

function text(fact: unknown): string {
  return fact === null || fact === undefined ? '' : String(fact)
}

function part(fact: unknown): Facts {
  return typeof fact === 'object' && fact !== null ? (fact as Facts) : {}
}

function addresses(interfaces: readonly unknown[]): FieldText {
  const all = interfaces.flatMap((one) => [text(part(one).ipv4), text(part(one).ipv6)])
  const given = all.filter((address) => address !== '')
  return { shown: given.join(' '), alike: given }
}
