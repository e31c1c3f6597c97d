// What a file says of the fields of an object, read by the field tables: texts, numbers, flags and names.
// What a value cannot be is noted with its place.
import type { Entry } from '../../format/entry.ts'
import type { Field, Kind } from '../../object/field.ts'
import { wholeNumber } from '../../object/given/number.ts'
import { objectionTo, shownValue } from '../../object/given/value.ts'
import { givenFields, isKept } from '../../object/inventory/fields.ts'
import type { Faults } from './faults.ts'

/** A field as it is given: '' where it is to be without a value. */
export type GivenValue = string | number | boolean
export type GivenFields = Readonly<Record<string, GivenValue>>

type Path = readonly (string | number)[]

/**
 * The plain fields that an entry gives. Those of `own` are left to the caller; what Luna keeps by itself is
 * passed over; any other field is a fault.
 */
export function readFields(kind: Kind, entry: Entry, own: readonly string[], faults: Faults): GivenFields {
  const table = new Map(givenFields(kind).filter(([name]) => !own.includes(name)))
  const read: Record<string, GivenValue> = {}
  for (const [name, value] of Object.entries(entry.fields)) {
    if (own.includes(name) || isKept(kind, name)) continue
    const field = table.get(name)
    if (!field) {
      const known = [...table.keys(), ...own].join(', ')
      faults.add(entry, [name], {
        what: `a ${kind} has no field ${shownValue(undefined, name)}`,
        fix: `it has ${known}`,
      })
      continue
    }
    const given = readValue(entry, [name], field, value, faults)
    if (given !== undefined) read[name] = given
  }
  return read
}

/** One value; undefined where it says nothing, or is a fault. */
function readValue(
  entry: Entry,
  path: Path,
  field: Field,
  value: unknown,
  faults: Faults,
): GivenValue | undefined {
  const name = path.join('.')
  const wrong = (why: string, fix = 'correct it there') => {
    faults.add(entry, path, { what: `${name} cannot be ${shownValue(field, value)}`, why, fix })
    return undefined
  }
  if (field.kind === 'flag' || field.kind === 'int' || field.kind === 'port') {
    if (value === null || value === '') return undefined
    const read = field.kind === 'flag' ? flagOf(value) : numberOf(value)
    if (read === undefined)
      return wrong(field.kind === 'flag' ? 'it is yes or no' : 'it is a whole number', fixOf(field))
    const found = objectionTo(field, read)
    return found ? wrong(found.why, found.fix) : read
  }
  const text = textOf(value)
  if (text === undefined) return wrong('it is a text')
  const found = objectionTo(field, text)
  return found ? wrong(found.why, found.fix) : text
}

function fixOf({ kind, limits }: Field): string {
  if (kind === 'flag') return 'write yes or no'
  return limits ? `write a number from ${limits[0]} to ${limits[1]}` : 'write a number'
}

/** A text, or what is written like a number; '' for null. */
export function textOf(value: unknown): string | undefined {
  if (value === null) return ''
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

function flagOf(value: unknown): boolean | undefined {
  const text = textOf(value)?.toLowerCase() ?? ''
  if (['y', 'yes', 'true'].includes(text)) return true
  return ['n', 'no', 'false'].includes(text) ? false : undefined
}

function numberOf(value: unknown): number | undefined {
  return wholeNumber(textOf(value) ?? '')
}

/** A map of named things; undefined, with a fault, where there is another thing. */
export function readMap(
  entry: Entry,
  path: Path,
  value: unknown,
  faults: Faults,
): Readonly<Record<string, unknown>> | undefined {
  if (value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  faults.add(entry, path, {
    what: `${path.join('.')} cannot be ${shownValue(undefined, value)}`,
    why: 'it is a map of names and values',
    fix: 'see how it is meant: luna export inventory',
  })
  return undefined
}
