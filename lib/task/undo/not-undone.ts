import { LunaError } from '../../error.ts'

/** The error of an entry of the history that cannot be undone. */
export function notUndone(number: number, details: { why: string; fix: string }): LunaError {
  return new LunaError('refused', `entry ${number} is not undone, and nothing is changed`, details)
}
