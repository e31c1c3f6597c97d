// Entry point of luna: picks the row of the command, checks that this head may act, runs it, and turns what
// comes of it into text and an exit status. The only place that ends the process.
import { LunaError } from '../error.ts'
import { print, statusWithOutput } from '../host/output.ts'
import { commandLog, type Log } from '../log.ts'
import { headAddresses } from '../object/cluster.ts'
import type { Store } from '../store/store.ts'
import { getCluster } from '../task/inventory.ts'
import { parseArguments } from './arguments/parse.ts'
import type { Line } from './change.ts'
import { type Command, commandWords, type Operands } from './command.ts'
import { type ObjectEntry, objects } from './commands.ts'
import { type Running, reportError, startContext } from './context.ts'

const interrupted = 130
// Milliseconds that connections and standard input that nobody waits for any more keep the process.
const patience = 200

/** Runs one command line (without the program's name); the process ends with its status soon after. */
export async function main(argv: readonly string[]): Promise<void> {
  const interrupt = new AbortController()
  const status = await statusWithOutput(() => runLine(argv, onSignals(interrupt)))
  process.exitCode = interrupt.signal.aborted ? interrupted : status
  // A process that ends by itself waits for V8's threads; process.exit() can wait for ever for one at work.
  setTimeout(() => process.exit(), patience).unref()
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
  const page = async () => (await import('./help.ts')).overview(path, about, objects)
  if (globals.help) return printed(await page())
  if (first === '--version') return await printVersion()
  if (first === '__complete') return await answerShell(globals.rest.slice(1))
  const entry = objects.find(({ name }) => name === first)
  if (!entry) return misused(log, await page(), first, 'object', objects)
  return await runEntry(log, entry, globals.rest.slice(1), signal)
}

async function printVersion(): Promise<number> {
  const { default: release } = await import('../../package.json', { with: { type: 'json' } })
  return printed(`luna ${release.version}\n`)
}

/** Not in any help: completion scripts call it. */
async function answerShell(words: readonly string[]): Promise<number> {
  const { completionLines } = await import('./completion/answer.ts')
  // A shell that is gone needs no answer.
  process.stdout.on('error', () => undefined)
  process.stdout.write(await completionLines(words))
  return 0
}

async function runEntry(
  log: Log,
  entry: ObjectEntry,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const object = entry.name
  const commands = await entry.load()
  const [whole] = commands
  if (whole?.action === '') return await runCommand(log, object, whole, argv, signal)
  const [action, ...rest] = argv
  const actions = commands.map(({ action: name, help }) => ({ name, help }))
  const page = async () => (await import('./help.ts')).overview(`luna ${object}`, `${entry.help}.`, actions)
  if (isHelp(action)) return printed(await page())
  const command = commands.find((one) => one.action === action)
  if (!command) return misused(log, await page(), action, 'action', actions)
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
    if (parsed === 'help') return printed((await import('./help.ts')).commandHelp(object, command))
    log.debug('runs', { command: commandWords(object, command) })
    const text = async () => {
      const { commandText } = await import('./command-text.ts')
      return commandText(object, command, parsed.given, parsed.operand)
    }
    const context = startContext(log, signal, { exits: command.exits, text })
    try {
      if ('mongo' in context.config.store && context.config.store.mongo.password)
        await (await import('./open-password.ts')).sayOpenPassword(context)
      if (command.guarded) await guard(await context.store())
      await run(context, { object, row: command, ...parsed }).catch(async (error: unknown) => {
        await tellUsage(object, command, error)
        context.report(error)
      })
    } finally {
      await context.close().catch((error: unknown) => context.report(error))
    }
    return context.status()
  } catch (error) {
    // It did not begin: its own exit statuses do not count yet.
    await tellUsage(object, command, error)
    return reportError(log, error)
  }
}

async function run(context: Running, said: Line): Promise<void> {
  const { options = {} } = said.row
  const secret = Object.values(options).some((one) => one.secret)
  const given = secret
    ? await (await import('./secrets.ts')).withSecrets(context, options, said.given)
    : said.given
  const line = { ...said, given }
  const operand = await operandOf(context, line)
  if (operand === 'nobody') return context.log.warning('nothing is done: no node fits')
  if (!line.row.changes) return await line.row.run(context, line.given, operand)
  const { runChange } = await import('./change.ts')
  await runChange(context, { ...line, operand })
}

/** The operand as `run` takes it: of nodes that are chosen, their names. */
async function operandOf(
  context: Running,
  { row, given, operand }: Line,
): Promise<Operands[keyof Operands] | 'nobody'> {
  if (row.operand !== 'chosen') return operand
  const { namesChosen } = await import('./choosing/chosen.ts')
  const names = await namesChosen(context, row, given, operand as Operands['some'])
  return names.length > 0 ? names : 'nobody'
}

async function tellUsage(object: string, command: Command, error: unknown): Promise<void> {
  if (!(error instanceof LunaError) || error.code !== 'usage') return
  const { usage } = await import('./help.ts')
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
  print(text)
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
