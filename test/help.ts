// What tests of several rooms need. Keep it small.
import assert from 'node:assert/strict'
import { type Code, LunaError } from '../lib/error.ts'
import type { Mac } from '../lib/object/net/mac.ts'
import { parseMac } from '../lib/object/net/mac.ts'

/** Passes when the promise rejects with a LunaError of that code; gives the error. */
export async function rejectsWith(code: Code, promise: Promise<unknown>): Promise<LunaError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof LunaError)) assert.fail(`expected "${code}", got ${String(error)}`)
  assert.equal(error.code, code)
  return error
}

/** A MAC address of a test: `mac(1)` is 52:54:00:00:00:01. */
export function mac(number: number): Mac {
  const digits = number.toString(16).padStart(6, '0').match(/../g) ?? []
  const parsed = parseMac(`52:54:00:${digits.join(':')}`)
  assert.ok(parsed)
  return parsed
}
