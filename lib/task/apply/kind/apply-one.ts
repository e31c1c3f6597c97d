// What the kinds that are applied one by one share: the object beside its document, and what differs.
import type { Entry } from '../../../format/entry.ts'
import type { Kind } from '../../../object/field.ts'
import { fieldsOf, type Objects } from '../../../object/objects.ts'
import type { Store } from '../../../store/store.ts'
import type { Outcome } from '../../outcome.ts'
import type { Faults } from '../faults.ts'
import type { GivenFields, GivenValue } from '../read.ts'

/** A document about to be applied. */
export interface Applying {
  readonly tx: Store
  readonly entry: Entry
  readonly name: string
  /** Plain fields as the document has them, without the name. */
  readonly fields: GivenFields
  readonly faults: Faults
  /** Takes the warnings of a task, and its failures as faults at that place. */
  note(outcome: Outcome, ...path: readonly (string | number)[]): void
}

/** The text of a field; '' where it is not given. */
export function textIn(fields: GivenFields, name: string): string {
  return String(fields[name] ?? '')
}

/** The plain fields that have another value than the object; references are left out. */
export function changedOf<K extends Kind>(kind: K, old: Objects[K], fields: GivenFields): GivenFields {
  const has: Readonly<Record<string, unknown>> = { ...old }
  const table: Readonly<Record<string, { readonly kind: string }>> = fieldsOf[kind]
  const plain = ['text', 'int', 'port', 'flag']
  const pairs = Object.entries(fields).filter(
    ([name, value]) => plain.includes(table[name]?.kind ?? '') && (has[name] ?? '') !== value,
  )
  return Object.fromEntries(pairs)
}

/** The object that a reference names; undefined, with a fault, where there is none. */
export async function referred<K extends Kind>(
  { tx, entry, faults }: Pick<Applying, 'tx' | 'entry' | 'faults'>,
  kind: K,
  name: string,
  ...path: readonly (string | number)[]
): Promise<Objects[K] | undefined> {
  const found = await tx.findNamed(kind, name)
  if (!found)
    faults.add(entry, path, {
      what: `there is no ${kind} ${JSON.stringify(name.slice(0, 80))}`,
      fix: `add it: a document of kind ${kind}, or luna ${kind} add`,
    })
  return found
}

/** Notes the fields that a new object lacks; false when there are such. */
export function hasAll(
  { entry, name, fields, faults }: Applying,
  kind: Kind,
  needed: readonly string[],
): boolean {
  const lacking = needed.filter((field) => fields[field] === undefined || fields[field] === '')
  for (const field of lacking)
    faults.add(entry, [], {
      what: `the new ${kind} ${name} has no ${field}`,
      fix: `give it the field ${field}`,
    })
  return lacking.length === 0
}

/** Fields whose types the field tables vouch for. */
export function typed<T>(fields: Readonly<Record<string, GivenValue>>): T {
  return fields as T
}
