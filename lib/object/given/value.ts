// Whether a field can have a value: what its row in the field tables says of numbers, lengths, choices and
// texts. One rule for what an operator gives and for what `luna cluster check` finds.
import { LunaError } from '../../error.ts'
import type { Field, FieldTable, Kind } from '../field.ts'
import { checkNewName, hasControl } from '../name.ts'
import { fieldsOf } from '../objects.ts'

interface Objection {
  readonly why: string
  readonly fix?: string
}

/** Why a field cannot have the value; undefined where it can. Empty texts erase, and are no value. */
export function objectionTo(field: Field, value: unknown): Objection | undefined {
  if (typeof value === 'number') return numberObjection(field, value)
  return typeof value === 'string' && value !== '' ? textObjection(field, value) : undefined
}

function numberObjection({ limits, standard }: Field, value: number): Objection | undefined {
  if (!limits) return undefined
  const [lowest, highest] = limits
  if (Number.isInteger(value) && value >= lowest && value <= highest) return undefined
  return { why: `it must be ${lowest} to ${highest}${standard ? ` (${standard})` : ''}` }
}

function textObjection(field: Field, text: string): Objection | undefined {
  const { lines, leastLength = 0, mostBytes = Infinity, choices, rule, standard } = field
  const by = standard ? ` (${standard})` : ''
  if (lines) return longTextObjection(text)
  if (hasControl(text))
    return { why: 'it has control characters', fix: 'use characters that can be typed on one line' }
  const bytes = Buffer.byteLength(text)
  if (bytes > mostBytes) return { why: `it has ${bytes} bytes, and ${mostBytes} are the most${by}` }
  if (text.length < leastLength) return { why: `it has fewer than ${leastLength} characters${by}` }
  if (choices && !choices.includes(text)) return { why: `it must be one of ${choices.join(', ')}` }
  const why = rule?.objection(text)
  return why !== undefined && rule ? { why, fix: rule.fix } : undefined
}

/** An object has three texts at most that are longer than a line, and its document 16 MiB (MongoDB). */
const longestText = 4 * 1024 * 1024

function longTextObjection(text: string): Objection | undefined {
  if (text.includes('\0')) return { why: 'it has a NUL character', fix: 'write it anew' }
  const bytes = Buffer.byteLength(text)
  if (bytes <= longestText) return undefined
  const fix = 'put what is large into a file below the path of the cluster, and have it fetched'
  return { why: `it has ${bytes} bytes, and ${longestText} are the most`, fix }
}

/**
 * Throws LunaError `invalid` for the first of the values that a field of the kind cannot have. `name` is that
 * of a new object: `refused` before all else when nothing of the kind can be called that.
 */
export function checkValues(kind: Kind, values: Readonly<Record<string, unknown>>): void {
  if (typeof values.name === 'string') checkNewName(kind, values.name)
  const fields: FieldTable = fieldsOf[kind]
  for (const [name, value] of Object.entries(values)) {
    const found = fields[name] && objectionTo(fields[name], value)
    if (!found) continue
    throw new LunaError('invalid', `${name} cannot be ${shownValue(fields[name], value)}`, {
      why: found.why,
      fix: found.fix ?? `see what it takes: luna ${kind} change --help`,
    })
  }
}

/** A value for a message: secrets are not shown, nor more than a line of anything. */
export function shownValue(field: Field | undefined, value: unknown): string {
  if (field?.secret) return 'as it is'
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 80) : value).replace(/\p{Cc}/gu, '?')
}
