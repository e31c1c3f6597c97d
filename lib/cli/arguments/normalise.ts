// Command lines as scripts of the first Luna write them (argparse habits) put into one plain form: every
// option in its long name with `=value`, then `--`, then what is no option. What the values mean is for
// parse.ts.
import { LunaError } from '../../error.ts'
import { helpOption, type Option, type OptionTable } from '../../program/option.ts'

/** Parts the two values of an option that takes a pair; no argument of a program can hold it. */
export const pairSeparator = '\0'

export interface Known {
  readonly long: string
  readonly option: Option
}

/**
 * The arguments in plain form. Long options may be shortened as far as they stay unambiguous, values follow
 * or are attached (`--opt=value`, `-oVALUE`), flags of one letter may be joined, options and operands come in
 * any order, negative numbers and texts with blanks are values. Throws LunaError `usage`.
 */
export function normalise(table: OptionTable, argv: readonly string[]): string[] {
  const options = { help: helpOption, ...table }
  const [queue, plain, operands]: [string[], string[], string[]] = [[...argv], [], []]
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === '--') operands.push(...queue.splice(0))
    else if (!looksLikeOption(options, arg)) operands.push(arg)
    else plain.push(optionInPlainForm(options, arg, queue))
  }
  return [...plain, '--', ...operands]
}

function optionInPlainForm(options: OptionTable, arg: string, queue: string[]): string {
  const { known, attached } = take(options, arg)
  if (known.option.kind !== 'flag') return `--${known.long}${value(options, known, attached, queue)}`
  if (attached === undefined) return `--${known.long}`
  if (arg.startsWith('--') || arg.includes('='))
    throw new LunaError('usage', `--${known.long} takes no value`, { fix: 'leave the value out' })
  queue.unshift(`-${attached}`)
  return `--${known.long}`
}

/** Which option an argument is, and the value attached to it. Throws LunaError `usage`. */
export function take(options: OptionTable, arg: string): { known: Known; attached?: string } {
  const [name, ...rest] = arg.split('=')
  const attached = rest.length > 0 ? { attached: rest.join('=') } : {}
  if (name?.startsWith('--')) return { known: byLong(options, name.slice(2)), ...attached }
  const whole = byShort(options, arg.slice(1))
  if (whole) return { known: whole }
  const before = byShort(options, (name ?? '').slice(1))
  if (before) return { known: before, ...attached }
  const letter = byShort(options, arg.slice(1, 2))
  if (letter) return { known: letter, attached: arg.slice(2) }
  throw unknown(arg)
}

function byShort(options: OptionTable, short: string): Known | undefined {
  const [long, option] = Object.entries(options).find(([, one]) => one.short === short) ?? []
  return long !== undefined && option ? { long, option } : undefined
}

function byLong(options: OptionTable, given: string): Known {
  const spellings = Object.entries(options).map(([long, option]) => ({
    known: { long, option },
    names: [long, ...(option.aliases ?? [])],
  }))
  const exact = spellings.find(({ names }) => names.includes(given))
  if (exact) return exact.known
  const begun = spellings.filter(({ names }) => names.some((name) => name.startsWith(given)))
  const older = begun.filter(({ known }) => !known.option.newer)
  const [first, second] = older.length > 0 ? older : begun
  if (first && second) {
    const why = `it could be --${first.known.long} or --${second.known.long}`
    throw new LunaError('usage', `the option --${given} is ambiguous`, { why, fix: 'write it out' })
  }
  if (first) return first.known
  throw unknown(`--${given}`)
}

function unknown(arg: string): LunaError {
  return new LunaError('usage', `unknown option ${JSON.stringify(arg)}`, { fix: 'see what there is: --help' })
}

function value(options: OptionTable, known: Known, attached: string | undefined, queue: string[]): string {
  const { kind } = known.option
  const wanted = kind === 'pair' ? 2 : 1
  const values = attached === undefined ? [] : [attached]
  while (values.length < wanted && queue[0] !== undefined && !looksLikeOption(options, queue[0])) {
    values.push(queue.shift() ?? '')
  }
  if (values.length === 0 && kind === 'optional') return ''
  if (values.length < wanted) {
    throw new LunaError('usage', `--${known.long} needs ${wanted === 2 ? 'two values' : 'a value'}`, {
      fix: 'see which: --help',
    })
  }
  return `=${values.join(pairSeparator)}`
}

/** Whether an argument stands for an option, not for a value. */
export function looksLikeOption(options: OptionTable, arg: string): boolean {
  if (!arg.startsWith('-') || arg === '-') return false
  if (arg === '--' || byShort(options, arg.slice(1))) return true
  const numeric = Object.values(options).some(({ short }) => /^\d/.test(short ?? ''))
  if (/^-(\d+|\d*\.\d+)$/.test(arg)) return numeric
  return !arg.includes(' ') || arg.includes('=') || byShort(options, arg.slice(1, 2)) !== undefined
}
