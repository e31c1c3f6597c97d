// Tests of real daemons need what not every machine has: there they say so in a line. Where everything is
// tested (CI) it must be there.
import type { Context } from 'mocha'

/** Skips the suite when something is lacking; with CI=true that is a failure. */
export function skipUnless(context: Context, lacking: string | undefined): void {
  if (lacking === undefined) return
  if (process.env.CI === 'true') throw new Error(lacking)
  if (context.currentTest) context.currentTest.title += ` (${lacking})`
  process.stderr.write(`    skipped: ${lacking}\n`)
  context.skip()
}
