// Entry point of lpower: its command line, a line per node, and what to say when some did not obey.
import { loadConfig } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { print, statusWithOutput } from '../../host/output.ts'
import { commandLog, type Log } from '../../log.ts'
import { programHelp } from '../../program/help.ts'
import { lpower } from '../../program/program.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { armNodes } from '../../task/boot/arm.ts'
import { chosenNames } from '../../task/choose/nodes.ts'
import { assertActiveHead } from '../../task/heads.ts'
import { getCluster } from '../../task/inventory.ts'
import { type Powered, type PowerTargets, type PowerWish, powerAll, powerTargets } from '../../task/power.ts'
import { reportError } from '../context.ts'
import { type PowerLine, parsePower } from './command-line.ts'
import { failureLines, foldedLines, powerJson, powerLine } from './print.ts'

/** Does what the arguments (without the program's name) say, and gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  return await statusWithOutput(() => runLine(args))
}

async function runLine(args: readonly string[]): Promise<number> {
  const log = commandLog(false)
  try {
    const line = parsePower(args)
    if (line !== 'help') return await run(line, log)
    print(programHelp(lpower))
    return 0
  } catch (error) {
    if (error instanceof LunaError && error.code === 'usage')
      process.stderr.write(`usage: ${lpower.name} ${lpower.synopsis}\n`)
    return reportError(log, error)
  }
}

async function run(line: PowerLine, log: Log): Promise<number> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const { targets, skipped } = await readTargets(line, log)
  for (const why of skipped) log.warning(`skipped: ${why}`)
  if (targets.length + skipped.length === 0 && line.where.length > 0)
    log.warning('nothing is done: no node fits')
  const powered = await tell(line, powerAll(targets, line.action, { ...line, signal: stop.signal }))
  const failures = failureLines(powered)
  for (const text of failures) log.error(text)
  if (stop.signal.aborted) return 130
  return failures.length > 0 ? 1 : 0
}

/** Everything that is needed of the store: a slow room of BMCs keeps no database open. */
async function readTargets(line: PowerLine, log: Log): Promise<PowerTargets> {
  const store = await openStore(loadConfig())
  try {
    const targets = await powerTargets(store, { ...line, ...(await meant(store, line)) })
    if (line.arm) await arm(store, targets, log)
    return targets
  } finally {
    await store.close()
  }
}

async function arm(store: Store, { targets }: PowerTargets, log: Log): Promise<void> {
  await assertActiveHead(await getCluster(store))
  const names = targets.map(({ node }) => node)
  const { warnings } = await armNodes(store, names, { until: null, continuous: false })
  for (const text of warnings) log.warning(text)
}

/** Who is meant: names and groups as they are given, unless conditions or exceptions leave fewer. */
async function meant(
  store: Store,
  { names, groups, where }: PowerLine,
): Promise<Pick<PowerWish, 'names' | 'groups'>> {
  if (where.length === 0 && !names?.except.size) return { names: names?.names ?? [], groups }
  const group = groups.length > 0 ? groups.join(',') : undefined
  return { names: await chosenNames(store, { names, group, where }), groups: [] }
}

async function tell({ json, fold }: PowerLine, coming: AsyncIterable<Powered>): Promise<Powered[]> {
  const all: Powered[] = []
  for await (const one of coming) {
    all.push(one)
    if (!json && !fold) print(powerLine(one))
  }
  if (json) print(powerJson(all))
  else if (fold) for (const line of foldedLines(all)) print(line)
  return all
}
