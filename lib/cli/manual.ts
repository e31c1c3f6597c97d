// The part of luna(8) that comes from the table: mdoc(7) of every command. What is written by hand about a command stands
// in the page itself, between its options and its examples, and is carried over.

import { operandNames } from './arguments/parser.ts'
import type { Command, ObjectCommands, Option } from './command.ts'

const begin =
  '.\\" From the table of commands: npm run manual. Written by hand here is only what stands after "by hand".'
const end = '.\\" The end of what is from the table.'

/** The page with the commands of the table in place of those that it has. Throws when it lacks the marks. */
export function withCommands(page: string, objects: readonly ObjectCommands[]): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`the page has no lines ${begin} and ${end}`)
  const hand = handWritten(page.slice(from, to))
  const sections = objects.map((one) => section(one, hand))
  return `${page.slice(0, from)}${begin}\n${sections.join('')}${page.slice(to)}`
}

/** What is written by hand about commands, by object and action. */
function handWritten(section: string): Map<string, string> {
  const found = section.matchAll(/^\.\\" by hand: (\S+ \S+)\n([\s\S]*?)^\.\\" the table\n/gm)
  return new Map([...found].map((match) => [match[1] ?? '', match[2] ?? '']))
}

function section({ object, help, commands }: ObjectCommands, hand: ReadonlyMap<string, string>): string {
  const items = commands.map((command) =>
    item(object, command, hand.get(`${object} ${command.action}`) ?? ''),
  )
  return (
    lines(`.Ss luna ${object}`, ...sentences(`${capital(help)}.`), '.Bl -tag -width Ds') +
    items.join('') +
    lines('.El')
  )
}

function item(object: string, command: Command, hand: string): string {
  const name = `${object} ${command.action}`
  return (
    lines(
      ...heading(name, command),
      ...sentences(command.help),
      ...conditions(command),
      ...optionList(command),
    ) +
    `${lines(`.\\" by hand: ${name}`)}${hand}${lines('.\\" the table')}` +
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

function optionList({ options }: Command): string[] {
  const entries = Object.entries(options)
  if (entries.length === 0) return []
  const items = entries.flatMap(([long, option]) => [
    `.It ${spellings(long, option)}`,
    ...sentences(`${capital(option.help)}.`),
    ...extras(option),
  ])
  return ['.Pp', '.Bl -tag -width Ds -compact', ...items, '.El']
}

/** All spellings of an option with its value: `Fl g , Fl Fl group Ar GROUP`. */
function spellings(long: string, option: Option): string {
  const longs = [long, ...(option.aliases ?? [])].map((name) => `Fl Fl ${name}`)
  const all = option.short ? [`Fl ${option.short}`, ...longs] : longs
  return all.join(' , ') + value(long, option)
}

function value(long: string, { kind, value: name = long.toUpperCase(), choices = [] }: Option): string {
  switch (kind) {
    case 'flag':
      return ''
    case 'optional':
      return ` Op Ar ${name}`
    case 'yes-no':
      return ' Cm y | n'
    case 'choice':
      return ` Cm ${choices.join(' | ')}`
    default:
      return ` ${name
        .split(' ')
        .map((word) => `Ar ${word}`)
        .join(' ')}`
  }
}

function extras(option: Option): string[] {
  if (option.required) return ['Required.']
  if (option.default === undefined) return []
  return ['The default is', `.Ql ${roff(String(option.default))} .`]
}

function examples({ examples: all }: Command): string[] {
  if (all.length === 0) return []
  const text = all.flatMap(([line, what]) => [`# ${what}`, line])
  return ['.Bd -literal -offset indent', ...text.map(roff), '.Ed']
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A text, a sentence a line. */
function sentences(text: string): string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z])/).map(roff)
}

/** Text that roff shows as it is. */
function roff(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-')
  return /^[.']/.test(plain) ? `\\&${plain}` : plain
}

function lines(...all: string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
