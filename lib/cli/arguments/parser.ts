// A row of the table as a parser of commander's. No subcommands here: main.ts picks the row before.
import { Argument, Option as CommanderOption, Command as Parser } from 'commander'
import type { Option, OptionKind } from '../../program/option.ts'
import { type Command, commandWords, type Operands } from '../command.ts'

/** Text of an argument to the value of an option, per kind; throws commander's InvalidArgumentError. */
export type Readers = { readonly [K in OptionKind]: (text: string, option: Option) => unknown }

/** How help names what stands after the action. */
export const operandNames = {
  none: '',
  name: 'NAME',
  names: 'NAMES',
  chosen: '[NAMES]',
  some: '[NAMES]',
  list: 'NAMES',
  file: 'FILE',
  files: 'FILE...',
  mac: '[MAC]',
  number: 'NUMBER',
  'some-number': '[NUMBER]',
} satisfies Record<keyof Operands, string>

/**
 * The parser of one command: reads arguments in plain form (normalise.ts), throws CommanderError, prints
 * nothing.
 */
export function parserOf(object: string, command: Command, readers: Readers): Parser {
  const parser = new Parser(`luna ${commandWords(object, command)}`)
    .helpOption(false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
  for (const [long, option] of Object.entries(command.options)) {
    parser.addOption(commanderOption(long, option, command, readers))
  }
  const operand = operandNames[command.operand]
  if (operand !== '') parser.addArgument(new Argument(operand.startsWith('[') ? operand : `<${operand}>`))
  return parser
}

function commanderOption(long: string, option: Option, command: Command, readers: Readers): CommanderOption {
  const made = new LongOption(flagsOf(long, option), option.help)
  made.argParser((text: string, before: unknown) => {
    const value = readers[option.kind](text, option)
    return option.kind === 'texts' && Array.isArray(before) ? [...before, ...(value as string[])] : value
  })
  made.default(option.default ?? (option.kind === 'flag' ? false : undefined))
  made.makeOptionMandatory(option.required ?? false)
  return made.conflicts(rivals(long, option, command))
}

function rivals(long: string, { exclusive }: Option, { options }: Command): string[] {
  if (!exclusive) return []
  return Object.keys(options).filter((other) => other !== long && options[other]?.exclusive === exclusive)
}

function flagsOf(long: string, { kind }: Option): string {
  if (kind === 'flag') return `--${long}`
  return kind === 'optional' ? `--${long} [value]` : `--${long} <value>`
}

/** Keeps values under the long name as the row has it: `one-line`, not `oneLine`. */
class LongOption extends CommanderOption {
  override attributeName(): string {
    return this.name()
  }
}
