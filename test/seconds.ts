// The reporter of mocha's own that people know ("spec"), and at the end how long the tests of each folder
// took, their hooks included: in parallel runs that is more than the clock says.
import { dirname, relative } from 'node:path'
import Mocha from 'mocha'

const { EVENT_HOOK_END, EVENT_TEST_END, EVENT_RUN_END } = Mocha.Runner.constants

class Seconds extends Mocha.reporters.Spec {
  readonly #spent = new Map<string, number>()

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const add = ({ file, duration = 0 }: { file?: string; duration?: number }) => {
      if (!file) return
      const folder = relative(process.cwd(), dirname(file))
      this.#spent.set(folder, (this.#spent.get(folder) ?? 0) + duration)
    }
    runner.on(EVENT_TEST_END, add)
    runner.on(EVENT_HOOK_END, add)
    runner.once(EVENT_RUN_END, () => process.stdout.write(secondsTable(this.#spent)))
  }
}

/** A line for each folder, the longest first; `spent` is milliseconds. */
export function secondsTable(spent: ReadonlyMap<string, number>): string {
  const rows = [...spent].toSorted(([, a], [, b]) => b - a)
  const lines = rows.map(([folder, time]) => `${(time / 1000).toFixed(1).padStart(8)} s  ${folder}`)
  return `  Seconds per folder:\n${lines.join('\n')}\n\n`
}

// mocha asks for its reporter with require, which sees that name alone (node:module, "module.exports")
export { Seconds as 'module.exports' }
