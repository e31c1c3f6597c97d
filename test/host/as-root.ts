// For tests that only root can do: they are skipped for others with a sentence, and fail in CI.
import type { Context } from 'mocha'

/** To be called first in a test or hook; `programs` must be in PATH as well. */
export function needsRoot(context: Context): void {
  if (process.getuid?.() === 0) return
  if (process.env.CI === 'true') throw new Error('this test must run as root in CI')
  if (context.test) context.test.title += ' (skipped: only root can do that)'
  context.skip()
}
