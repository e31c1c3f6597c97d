// Runs a command that changes objects: tells in one line what it did and what is due, shows with --dry-run
// what it would do, and asks before many nodes lose something.
import { LunaError } from '../error.ts'
import type { Log } from '../log.ts'
import type { OptionTable } from '../program/option.ts'
import { recordEffects, rehearse } from '../task/effect/record.ts'
import { type Summary, summarise } from '../task/effect/summary.ts'
import { agreed, hasTerminal } from './ask.ts'
import type { Command, Context, Given, Operands } from './command.ts'
import type { Running } from './context.ts'

// The most nodes that may lose something without a question.
const mostUnasked = 20

// Scripts of the first Luna may give these commands nothing to change, and go on.
const mayBeIdle = ['cluster', 'osimage', 'network', 'group', 'node']

/** One command line of a row that changes objects. */
export interface Line {
  readonly object: string
  readonly row: Command
  readonly given: Given<OptionTable>
  readonly operand: Operands[keyof Operands]
}

/** Runs it. Throws LunaError `refused` when the answer to the question is no. */
export async function runChange(context: Running, { given: all, ...rest }: Line): Promise<void> {
  const { 'dry-run': dry, yes, ...given } = all
  const line = { ...rest, given }
  if (rest.row.operand === 'file' || rest.row.operand === 'files')
    for (const file of [rest.operand].flat()) await context.content(String(file))
  if (rest.row.changes === 'asked' && !dry && !yes) await askFirst(context, line)
  const sentence = dry ? await dryRun(context, line) : await doIt(context, line)
  if (sentence !== undefined) context.log.info(sentence)
  else if (rest.row.action === 'change' && context.status() === 0) sayIdle(context.log, line)
}

async function doIt(context: Running, { row, given, operand }: Line): Promise<string | undefined> {
  const store = await context.store()
  const recorder = recordEffects(store)
  const undone: string[] = []
  const summary = () => summarise(store, recorder.effects(), undone, 'did')
  try {
    await row.run({ ...context, undone, store: async () => recorder.store }, given, operand)
  } catch (error) {
    // What was done before it failed stays done.
    const { sentence } = await summary()
    if (sentence !== undefined) context.log.info(sentence)
    throw error
  }
  return (await summary()).sentence
}

/** The text that a command asks for is not read while it holds the store. */
class TextWanted extends Error {
  readonly old: string

  constructor(old: string) {
    super('a text is wanted')
    this.old = old
  }
}

async function dryRun(context: Running, line: Line): Promise<string | undefined> {
  const quiet = { ...context, log: prefixed(context.log, 'dry run: ') }
  const again = (text?: string): Promise<Summary> =>
    rehearsal(quiet, line, text).catch(async (error: unknown) => {
      if (!(error instanceof TextWanted)) throw error
      return await again(await context.readText(error.old))
    })
  return (await again()).sentence
}

async function rehearsal(context: Context, { row, given, operand }: Line, text?: string): Promise<Summary> {
  const store = await context.store()
  const undone: string[] = []
  const readText = async (old: string) => {
    if (text === undefined) throw new TextWanted(old)
    return text
  }
  const effects = await rehearse(store, async (tx) => {
    await row.run({ ...context, rehearsed: true, undone, readText, store: async () => tx }, given, operand)
  })
  return await summarise(store, effects, undone, 'would')
}

/** Asks when many nodes would lose something. What fails or reads a text is left to the command itself. */
async function askFirst(context: Running, line: Line): Promise<void> {
  if (!hasTerminal()) return
  const deaf = { ...context, log: silent, report: () => undefined, print: () => undefined }
  const summary = await rehearsal(deaf, line).catch(() => undefined)
  if (!summary?.sentence || summary.losing <= mostUnasked) return
  if (await agreed(`${summary.sentence}\nGo on? [y/N] `, context.signal)) return
  throw new LunaError('refused', 'nothing is changed', {
    why: `${summary.losing} nodes would lose something, and the answer was not yes`,
    fix: 'answer y, or give --yes',
  })
}

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warning: () => undefined,
  error: () => undefined,
}

function prefixed(log: Log, before: string): Log {
  const at = (level: keyof Log) => (event: string, fields?: Parameters<Log['info']>[1]) =>
    log[level](before + event, fields)
  return { debug: at('debug'), info: at('info'), warning: at('warning'), error: at('error') }
}

function sayIdle(log: Log, { object, row, given }: Line): void {
  const [what, fix] = ['nothing to change was given', `see what there is: luna ${object} change --help`]
  const wished = Object.entries(given).filter(([long]) => !row.options[long]?.chooses)
  if (wished.some(([, value]) => value !== undefined && value !== false))
    log.info('nothing is changed: it was so before')
  else if (mayBeIdle.includes(object)) log.warning(`${what} (${fix})`)
  else throw new LunaError('usage', what, { fix })
}
