// Entry point of luna: picks the row of the command, checks that this head may act, runs it, and turns what
// comes of it into text and an exit status. The only place that ends the process.
import { LunaError } from '../error.ts'
import { commandLog, type Log } from '../log.ts'
import { headAddresses } from '../object/cluster.ts'
import type { Store } from '../store/store.ts'
import { getCluster } from '../task/get-cluster.ts'
import { parseArguments } from './arguments/parse.ts'
import { type Command, commandWords } from './command.ts'
import { type ObjectEntry, objects } from './commands.ts'
import { reportError, startContext } from './context.ts'
import { commandHelp, overview, usage } from './help.ts'

const interrupted = 130

/** Runs one command line (without the program's name) and ends the process with its status. */
export async function main(argv: readonly string[]): Promise<never> {
  // A reader that has gone (`luna node list | head`) is no error: what was to be done is done.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const interrupt = new AbortController()
  const status = await runLine(argv, onSignals(interrupt))
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(interrupt.signal.aborted ? interrupted : status)
}

/** The first signal asks the command to stop and clean up, the second one does not wait for that. */
function onSignals(interrupt: AbortController): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted) process.exit(interrupted)
      interrupt.abort()
    })
  }
  return interrupt.signal
}

async function runLine(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const globals = readGlobals(argv)
  const log = commandLog(globals.debug)
  const [first] = globals.rest
  const path = 'luna'
  const about = 'Provisions clusters of bare-metal nodes.'
  const page = () => overview(path, about, objects)
  if (globals.help) return printed(page())
  if (first === '__complete') return await answerShell(globals.rest.slice(1))
  const entry = objects.find(({ name }) => name === first)
  if (!entry) return misused(log, page(), first, 'object', objects)
  return await runEntry(log, entry, globals.rest.slice(1), signal)
}

/** Not in any help: completion scripts call it. */
async function answerShell(words: readonly string[]): Promise<number> {
  const { completionLines } = await import('./completion/answer.ts')
  return printed(await completionLines(words))
}

async function runEntry(
  log: Log,
  entry: ObjectEntry,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { object, commands } = await entry.load()
  const [whole] = commands
  if (whole?.action === '') return await runCommand(log, object, whole, argv, signal)
  const [action, ...rest] = argv
  const actions = commands.map(({ action: name, help }) => ({ name, help }))
  const page = () => overview(`luna ${object}`, `${entry.help}.`, actions)
  if (isHelp(action)) return printed(page())
  const command = commands.find((one) => one.action === action)
  if (!command) return misused(log, page(), action, 'action', actions)
  return await runCommand(log, object, command, rest, signal)
}

async function runCommand(
  log: Log,
  object: string,
  command: Command,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  try {
    const parsed = parseArguments(object, command, argv)
    if (parsed === 'help') return printed(commandHelp(object, command))
    log.debug('runs', { command: commandWords(object, command) })
    const context = startContext(log, signal, command.exits)
    try {
      if (command.guarded) await guard(await context.store())
      await command.run(context, parsed.given, parsed.operand).catch((error: unknown) => {
        tellUsage(object, command, error)
        context.report(error)
      })
    } finally {
      await context.close().catch((error: unknown) => context.report(error))
    }
    return context.status()
  } catch (error) {
    // It did not begin: its own exit statuses do not count yet.
    tellUsage(object, command, error)
    return reportError(log, error)
  }
}

function tellUsage(object: string, command: Command, error: unknown): void {
  if (error instanceof LunaError && error.code === 'usage')
    process.stderr.write(`${usage(object, command)}\n`)
}

/** Only the active head changes anything: the one that has the frontend address. */
async function guard(store: Store): Promise<void> {
  const cluster = await getCluster(store)
  if (headAddresses(cluster).length === 0) return
  const { assertActiveHead } = await import('../task/heads.ts')
  await assertActiveHead(cluster)
}

function readGlobals(argv: readonly string[]): { debug: boolean; help: boolean; rest: readonly string[] } {
  const at = argv.findIndex((arg) => !arg.startsWith('-'))
  const globals = at === -1 ? argv : argv.slice(0, at)
  const debug = globals.some((arg) => arg === '-d' || isPrefix(arg, '--debug'))
  const known = (arg: string) => arg === '-d' || isPrefix(arg, '--debug') || isHelp(arg)
  const strange = globals.find((arg) => !known(arg))
  const rest = strange === undefined ? argv.slice(globals.length) : [strange]
  return { debug, help: globals.some(isHelp), rest }
}

function isHelp(arg: string | undefined): boolean {
  return arg === '-h' || (arg !== undefined && isPrefix(arg, '--help'))
}

function isPrefix(arg: string, whole: string): boolean {
  return arg.length > 2 && whole.startsWith(arg)
}

function printed(text: string): number {
  process.stdout.write(text)
  return 0
}

function misused(
  log: Log,
  page: string,
  given: string | undefined,
  what: string,
  known: readonly { name: string }[],
): number {
  process.stderr.write(`${page.slice(0, page.indexOf('\n'))}\n`)
  const names = known.map(({ name }) => name).join(', ')
  const said = given === undefined ? `no ${what} is given` : `there is no ${what} ${JSON.stringify(given)}`
  return reportError(log, new LunaError('usage', said, { fix: `choose one of ${names}` }))
}
