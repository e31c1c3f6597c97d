// Which fields of an object a command has changed.
import type { Effect } from './record.ts'

/** The names of the fields that have other values, in the order of the field table. */
export function changedFields({ before, after }: Pick<Effect, 'before' | 'after'>): string[] {
  if (!before || !after) return []
  const [was, is] = [before, after].map((object) => new Map(Object.entries(object)))
  return [...(is?.keys() ?? [])].filter((name) => textOf(was?.get(name)) !== textOf(is?.get(name)))
}

/** Values with big integers in them; "not set" is null, '' or nothing. */
function textOf(value: unknown): string {
  if (value === '' || value === undefined || (Array.isArray(value) && value.length === 0)) return 'null'
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}n` : sorted(one)))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
