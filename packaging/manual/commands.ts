// The part of luna(8) that comes from the table of commands: mdoc(7) of every command. What is written by
// hand about a command stands in the page itself, between its options and its examples.
import { operandNames } from '../../lib/cli/arguments/parser.ts'
import { type Command, commandWords, type ObjectCommands } from '../../lib/cli/command.ts'
import { capital, lines, optionItems, replacePart, roff, sentences, value } from './mdoc.ts'

/** The page with the commands of the table in place of those that it has. Throws when it lacks the marks. */
export function withCommands(page: string, objects: readonly ObjectCommands[]): string {
  return replacePart(page, (byHand) => objects.map((one) => section(one, byHand)).join(''))
}

type ByHand = (entry: string) => string

function section({ object, help, commands }: ObjectCommands, byHand: ByHand): string {
  const items = commands.map((command) => item(object, command, byHand))
  return (
    lines(`.Ss luna ${object}`, ...sentences(`${capital(help)}.`), '.Bl -tag -width Ds') +
    items.join('') +
    lines('.El')
  )
}

function item(object: string, command: Command, byHand: ByHand): string {
  const name = commandWords(object, command)
  return (
    lines(...heading(name, command), ...sentences(command.help), ...conditions(command)) +
    optionList(command) +
    byHand(name) +
    lines(...examples(command))
  )
}

function heading(name: string, { options, operand }: Command): string[] {
  const words = Object.entries(options).map(([long, option]) => {
    const flag = option.short ? `Fl ${option.short}` : `Fl Fl ${long}`
    const text = `${flag}${value(long, option)}`
    return option.required ? `.${text}` : `.Op ${text}`
  })
  const what = operandNames[operand]
  const last = what.startsWith('[') ? `.Op Ar ${what.slice(1, -1)}` : `.Ar ${what}`
  return ['.It Xo', `.Cm luna ${name}`, ...words, ...(what === '' ? [] : [last]), '.Xc']
}

/** What holds for the whole command: who may run it, and which options exclude each other. */
function conditions({ options, guarded }: Command): string[] {
  const rivals = Map.groupBy(Object.entries(options), ([, { exclusive }]) => exclusive)
  rivals.delete(undefined)
  const rules = [...rivals.values()].flatMap((entries) => {
    const last = entries.length - 1
    const names = entries.map(
      ([long], index) => `.Fl Fl ${long}${index === last ? '' : index === last - 1 ? '' : ' ,'}`,
    )
    return ['Of', ...names.slice(0, -1), 'and', ...names.slice(-1), 'at most one can be given.']
  })
  return [...rules, ...(guarded ? ['Refused on a passive head.'] : [])]
}

function optionList({ options }: Command): string {
  if (Object.keys(options).length === 0) return ''
  return lines('.Pp', '.Bl -tag -width Ds -compact') + optionItems(options) + lines('.El')
}

function examples({ examples: all }: Command): string[] {
  if (all.length === 0) return []
  const text = all.flatMap(([line, what]) => [`# ${what}`, line])
  return ['.Bd -literal -offset indent', ...text.map(roff), '.Ed']
}
