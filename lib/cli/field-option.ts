// Options that set, show or ask for a field of an object: what the object's field table says of the field is
// what help, parser and manual say of the option.
import type { Field, FieldKind, Kind } from '../object/field.ts'
import { fieldsOf } from '../object/objects.ts'
import { type Option, type OptionKind, type OptionKinds, option } from '../program/option.ts'

/** How the kinds of fields are given. */
const kindOf = {
  name: 'text',
  text: 'text',
  ref: 'text',
  wide: 'text',
  offset: 'text',
  int: 'int',
  port: 'int',
  flag: 'yes-no',
} as const satisfies Partial<Record<FieldKind, OptionKind>>
type KindOf<F extends Field> = F['kind'] extends keyof typeof kindOf ? (typeof kindOf)[F['kind']] : never

type Table<K extends Kind> = (typeof fieldsOf)[K]
type FieldOf<K extends Kind, N extends keyof Table<K>> = Table<K>[N] extends Field ? Table<K>[N] : never

type More = Pick<Option, 'short' | 'aliases' | 'value' | 'required' | 'refersTo' | 'exclusive' | 'newer'> & {
  /** What the option does beside setting the field; stands behind the help of the field. */
  readonly note?: string
  /** Not given, it is the value of a new object. */
  readonly defaulted?: true
}

type FieldOption<F extends Field, M extends More> = Option<KindOf<F>> &
  (M extends { required: true } ? { readonly required: true } : unknown) &
  (M extends { defaulted: true } ? { readonly default: OptionKinds[KindOf<F>] } : unknown)

const bySecret = '- is a line of standard input'

/** An option whose value becomes that of the field. */
export function fieldOption<K extends Kind, N extends keyof Table<K> & string, const M extends More>(
  object: K,
  name: N,
  given: M = {} as M,
): FieldOption<FieldOf<K, N>, M> {
  const { note, defaulted, ...more }: More = given
  const { help, choices, to, absent, ...field } = rowOf(object, name)
  const kind = choices ? 'choice' : kindOf[field.kind as keyof typeof kindOf]
  const notes = [help, ...(note === undefined ? [] : [note]), ...(field.secret ? [bySecret] : [])]
  const made: Option = {
    kind,
    help: notes.join('; '),
    ...(field.secret && { secret: true }),
    ...(kind === 'int' && { value: 'N' }),
    ...(to && { refersTo: to }),
    ...(choices && { choices }),
    ...limitsOf(field),
    ...(defaulted && { default: absent as string | number }),
    ...more,
  }
  // Kind and default are those of the field; the compiler cannot follow the look-up of its row.
  return made as unknown as FieldOption<FieldOf<K, N>, M>
}

/** Options that have the names of the fields that they set. */
export function fieldOptions<K extends Kind, const T extends { readonly [N in keyof Table<K>]?: More }>(
  kind: K,
  rows: T,
): { readonly [N in keyof T & keyof Table<K>]: FieldOption<FieldOf<K, N>, T[N] & More> } {
  const entries = Object.entries<More | undefined>(rows).map(([name, more]) => [
    name,
    fieldOption(kind, name as keyof Table<K> & string, more),
  ])
  return Object.fromEntries(entries)
}

/** A flag: the text of the field is read from standard input or an editor. */
export function textOption<K extends Kind, const M extends Partial<Option<'flag'>>>(
  kind: K,
  name: keyof Table<K> & string,
  more?: M,
) {
  return option('flag', `${rowOf(kind, name).help}, from standard input or $EDITOR`, more)
}

/** A flag: nothing but the field is shown. */
export function onlyOption<K extends Kind, const M extends Partial<Option<'flag'>>>(
  kind: K,
  name: keyof Table<K> & string,
  more?: M,
) {
  return option('flag', `only the ${rowOf(kind, name).help}`, more)
}

function rowOf<K extends Kind>(kind: K, name: keyof Table<K> & string): Field {
  return (fieldsOf[kind] as Readonly<Record<string, Field>>)[name] as Field
}

function limitsOf({ limits, mostBytes }: Pick<Field, 'limits' | 'mostBytes'>): Pick<Option, 'limits'> {
  if (limits) return { limits: `${limits[0]} to ${limits[1]}` }
  return mostBytes === undefined ? {} : { limits: `${mostBytes} bytes at most` }
}
