// One field of a stored object: BSON value to value in memory and back, per kind of field. Reading takes
// every form that the first Luna or a hand may have left; writing gives the BSON type that the first Luna
// expects.
import { Double, type Long } from 'bson'
import type {
  Field,
  FieldKind,
  FieldTypes,
  GroupInterface,
  Id,
  NodeInterface,
  Range,
} from '../../object/field.ts'
import { parseId } from '../../object/field.ts'
import { idOf, integerOf, isMap, narrow, narrowest, numberOf, refTo, wide } from './values.ts'

/** What writing depends on beside the value. */
export interface Writing {
  /** A new document; else a change of an old one. */
  readonly fresh: boolean
  /** IP version of the network that the field belongs to. */
  readonly version: 4 | 6
  /** The value that the document had: parts of it that Luna does not know stay. */
  readonly former?: unknown
}

interface Codec<K extends FieldKind> {
  /** Undefined when the value is damaged. */
  read(value: unknown): FieldTypes[K] | undefined
  write(value: FieldTypes[K], how: Writing, field: Field): unknown
}

const codecs: { readonly [K in FieldKind]: Codec<K> } = {
  name: { read: (value) => textOf(value) ?? '', write: (value) => value },
  text: { read: textOf, write: (value, { fresh }) => (value === '' && !fresh ? null : value) },
  flag: { read: flagOf, write: (value) => value },
  int: { read: smallOf, write: (value) => narrow(value) },
  double: { read: numberOf, write: (value) => new Double(value) },
  port: { read: smallOf, write: (value, { fresh }) => (fresh ? String(value) : narrow(value)) },
  offset: { read: offsetOf, write: (value) => value && wide(value) },
  wide: { read: offsetOf, write: (value, how) => (value === null ? null : wideValue(value, how)) },
  ranges: { read: rangesOf, write: (value, how) => value.map((range) => rangeValue(range, how)) },
  ref: {
    read: (value) => (value === null ? null : idOf(value)),
    write: (value, _how, { to }) => (value === null || !to ? null : refTo(to, value)),
  },
  hexid: { read: (value) => (value === null || value === '' ? null : idOf(value)), write: (value) => value },
  'group-interfaces': { read: groupInterfacesOf, write: groupInterfacesValue },
  'node-interfaces': { read: nodeInterfacesOf, write: nodeInterfacesValue },
  connected: { read: connectedOf, write: connectedValue },
  arm: { read: armOf, write: (value) => value && { ...value } },
  key: { read: keyOf, write: (value) => value && { ...value } },
  'bmc-mark': { read: bmcMarkOf, write: (value) => value && { ...value } },
  status: { read: statusOf, write: (value) => value && { step: value.step, time: value.time } },
}

/** The value of a field; what it is for documents that lack it when it is absent or damaged. */
export function readField(field: Field, value: unknown): FieldTypes[FieldKind] {
  if (value === undefined) return field.absent
  return codecs[field.kind].read(value) ?? (value === null && field.kind === 'text' ? null : field.absent)
}

/** The BSON value of a field. */
export function writeField(field: Field, value: unknown, how: Writing): unknown {
  const codec = codecs[field.kind] as Codec<FieldKind>
  return codec.write(value as FieldTypes[FieldKind], how, field)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : integerOf(value)?.toString()
}

function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const number = numberOf(value)
  return number === undefined ? undefined : number !== 0
}

function smallOf(value: unknown): number | undefined {
  const integer = integerOf(value)
  return integer === undefined ? undefined : Number(integer)
}

function offsetOf(value: unknown): bigint | undefined {
  const integer = integerOf(value)
  return integer !== undefined && integer >= 0n ? integer : undefined
}

function wideValue(value: bigint, { version }: Writing): Long | string {
  return version === 6 ? String(value) : wide(value)
}

function rangesOf(value: unknown): Range[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.flatMap((item: unknown) => {
    const [start, end] = isMap(item) ? [offsetOf(item.start), offsetOf(item.end)] : []
    return start === undefined || end === undefined ? [] : [{ start, end }]
  })
}

// The first Luna wrote starts as they came and ends as the results of a multiplication: int32 and int64.
function rangeValue({ start, end }: Range, { version }: Writing): object {
  if (version === 6) return { start: String(start), end: String(end) }
  return { start: narrowest(start), end: wide(end) }
}

function groupInterfacesOf(value: unknown): Record<string, GroupInterface> | undefined {
  return mapOf(value, (entry) => {
    if (!isMap(entry)) return undefined
    const network = isMap(entry.network) ? entry.network : {}
    const ids = { 4: idOf(network['4']) ?? null, 6: idOf(network['6']) ?? null }
    return { name: textOf(entry.name) ?? '', network: ids, params: textOf(entry.params) ?? '' }
  })
}

function groupInterfacesValue(interfaces: Readonly<Record<string, GroupInterface>>, how: Writing): object {
  return mapValue(interfaces, how.former, ({ name, network, params }, former) => {
    const old = isMap(former) ? former : {}
    const ref = (id: Id | null) => id && refTo('network', id)
    const ids = { ...(isMap(old.network) ? old.network : {}), 4: ref(network[4]), 6: ref(network[6]) }
    return { ...old, name, network: ids, params }
  })
}

function nodeInterfacesOf(value: unknown): Record<string, NodeInterface> | undefined {
  return mapOf(value, (entry) =>
    isMap(entry) ? { 4: offsetOf(entry['4']) ?? null, 6: offsetOf(entry['6']) ?? null } : undefined,
  )
}

function nodeInterfacesValue(interfaces: Readonly<Record<string, NodeInterface>>, how: Writing): object {
  return mapValue(interfaces, how.former, (addresses, former) => {
    const old = isMap(former) ? former : {}
    return { ...old, 4: kept(old['4'], addresses[4], narrowest), 6: kept(old['6'], addresses[6], narrowest) }
  })
}

function connectedOf(value: unknown): Record<Id, bigint> | undefined {
  const entries = mapOf(value, offsetOf) ?? {}
  return Object.fromEntries(Object.entries(entries).filter(([key]) => parseId(key)))
}

function connectedValue(connected: Readonly<Record<Id, bigint>>, how: Writing): object {
  return mapValue(connected, how.former, (offset, former) => kept(former, offset, wide))
}

/** The BSON value that stands there when it means the same: its type is not changed for nothing. */
function kept(former: unknown, value: bigint | null, write: (value: bigint) => unknown): unknown {
  if (value === null) return null
  return integerOf(former) === value ? former : write(value)
}

function statusOf(value: unknown): FieldTypes['status'] | undefined {
  if (!isMap(value) || typeof value.step !== 'string' || !(value.time instanceof Date)) return undefined
  return { step: value.step, time: value.time }
}

function armOf(value: unknown): FieldTypes['arm'] | undefined {
  if (!isMap(value) || typeof value.secret !== 'string' || value.secret === '') return undefined
  const { until = null, continuous, secret } = value
  if (until !== null && !(until instanceof Date)) return undefined
  return { until, continuous: continuous === true, secret }
}

function keyOf(value: unknown): FieldTypes['key'] | undefined {
  const secret = isMap(value) ? value.secret : undefined
  return typeof secret === 'string' && /^[0-9a-f]{48}$/.test(secret) ? { secret } : undefined
}

function bmcMarkOf(value: unknown): FieldTypes['bmc-mark'] | undefined {
  if (!isMap(value) || typeof value.secret !== 'string' || value.secret === '') return undefined
  return { secret: value.secret, done: typeof value.done === 'string' ? value.done : '' }
}

function mapOf<T>(value: unknown, read: (entry: unknown) => T | undefined): Record<string, T> | undefined {
  if (!isMap(value)) return undefined
  const entries: [string, T][] = []
  for (const key in value) {
    const entry = read(value[key])
    if (entry !== undefined) entries.push([key, entry])
  }
  return Object.fromEntries(entries)
}

function mapValue<T>(
  map: Readonly<Record<string, T>>,
  former: unknown,
  write: (value: T, former: unknown) => unknown,
): object {
  const old = isMap(former) ? former : {}
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, write(value, old[key])]))
}
