// From the arguments of one command to the typed values that its row declares. The parsing proper is
// commander's.
import { CommanderError, InvalidArgumentError, type Command as Parser } from 'commander'
import { LunaError } from '../../error.ts'
import { namesLeft } from '../../object/choice/name-list.ts'
import { wholeNumber } from '../../object/given/number.ts'
import { checkArguments } from '../../object/given/text.ts'
import type { Option, OptionKind, OptionKinds, OptionTable } from '../../program/option.ts'
import type { Command, Given, Operands } from '../command.ts'
import { readNames } from './names.ts'
import { normalise, pairSeparator } from './normalise.ts'
import { parserOf } from './parser.ts'

interface Parsed {
  readonly given: Given<OptionTable>
  readonly operand: Operands[keyof Operands]
}

/**
 * What the arguments of a command say, or `help` when they ask for help. Throws LunaError `usage`, or
 * `invalid` for a hostlist that cannot be read.
 */
export function parseArguments(object: string, command: Command, argv: readonly string[]): Parsed | 'help' {
  checkArguments(argv)
  const plain = normalise(command.options, argv)
  if (plain.slice(0, plain.indexOf('--')).includes('--help')) return 'help'
  const parser = parserOf(object, command, readers)
  parseQuietly(parser, plain)
  const given: Given<OptionTable> = parser.opts()
  if (command.operand === 'chosen' && parser.args.length === 0) checkChosen(command, given)
  return { given, operand: operandOf(command.operand, parser.args) }
}

/** Somebody must be meant: all is only what lists take it for. */
function checkChosen({ options }: Command, given: Given<OptionTable>): void {
  const choosing = Object.keys(options).filter((long) => options[long]?.chooses)
  if (choosing.some((long) => given[long] !== undefined)) return
  throw new LunaError('usage', "missing required argument 'NAMES'", {
    fix: `give a hostlist, or ${choosing.map((long) => `--${long}`).join(' or ')}`,
  })
}

function parseQuietly(parser: Parser, plain: string[]): void {
  try {
    parser.parse(plain, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    throw new LunaError('usage', error.message.replace(/^error: /, ''), {
      fix: 'see what there is: --help',
      cause: error,
    })
  }
}

type Reader<K extends OptionKind> = (text: string, option: Option) => OptionKinds[K]

/** Text to value, per kind of option. */
const readers: { readonly [K in OptionKind]: Reader<K> } = {
  text: (text) => text,
  texts: (text) => [text],
  int: readInt,
  'yes-no': readYesNo,
  flag: () => true,
  optional: (text) => text,
  pair: (text) => {
    const [first = '', second = ''] = text.split(pairSeparator)
    return [first, second]
  },
  names: (text) => namesLeft(readNames(text)),
  choice: (text, { choices = [] }) => {
    if (choices.includes(text)) return text
    throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`)
  },
}

function readInt(text: string): number {
  const value = wholeNumber(text)
  if (value !== undefined) return value
  throw new InvalidArgumentError('It must be a whole number.')
}

function readNumber(text: string): number {
  const value = wholeNumber(text)
  if (value !== undefined && value >= 0 && value < 1e9) return value
  throw new LunaError('usage', `${JSON.stringify(text)} is not the number of an entry`, {
    fix: 'see which there are: luna history',
  })
}

function readYesNo(text: string): boolean {
  if (['y', 'yes', 'n', 'no'].includes(text)) return text.startsWith('y')
  throw new InvalidArgumentError('It must be y, yes, n or no.')
}

function operandOf(kind: keyof Operands, args: readonly string[]): Operands[keyof Operands] {
  const [first = ''] = args
  switch (kind) {
    case 'none':
      return undefined
    case 'mac':
      return args[0]
    case 'files':
      return args
    case 'names':
      return namesLeft(readNames(first))
    case 'chosen':
    case 'some':
      return args.length === 0 ? undefined : readNames(first)
    case 'number':
      return readNumber(first)
    case 'some-number':
      return args.length === 0 ? undefined : readNumber(first)
    case 'name':
    case 'list':
    case 'file':
      return first
    default:
      return kind satisfies never
  }
}
