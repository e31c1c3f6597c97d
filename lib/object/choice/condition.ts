// Conditions on the fields of an object, as people type them: `status=install.error.*`, `group!=login`.
import { LunaError } from '../../error.ts'

export interface Condition {
  readonly field: string
  /** Whether it holds for a field that has these texts; '' stands for a field that is not set. */
  readonly holds: (texts: readonly string[]) => boolean
}

/**
 * Reads `FIELD=PATTERN` or `FIELD!=PATTERN`. In the pattern `*` is any text and `?` any character; the rest
 * is taken as it is, upper and lower case alike, from the first to the last character of the field. Throws
 * LunaError `usage`.
 */
export function readCondition(text: string): Condition {
  const [, field, sign, pattern] = /^\s*([^\s=!]+)\s*(!?=)\s*(.*?)\s*$/s.exec(text) ?? []
  if (field === undefined || pattern === undefined)
    throw new LunaError('usage', `${JSON.stringify(text)} is no condition`, {
      fix: "write FIELD=PATTERN or FIELD!=PATTERN, such as 'status=install.error.*'",
    })
  const shape = matcher(pattern)
  const some = (texts: readonly string[]) => texts.some((one) => shape.test(one))
  return { field, holds: sign === '=' ? some : (texts) => !some(texts) }
}

function matcher(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|/-]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'is')
}
