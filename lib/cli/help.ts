// Help texts, from the rows of the table. The first two levels keep the shape that completion scripts of the first Luna
// read: after the line `positional arguments:` comes `{a,b,c}`.

import { operandNames } from './arguments/parser.ts'
import type { Command, Option } from './command.ts'

interface Entry {
  readonly name: string
  readonly help: string
}

const width = 100
const column = 30

/** Help of `luna` and of `luna OBJECT`: what may come next, a line each. */
export function overview(path: string, about: string, entries: readonly Entry[]): string {
  const rows = entries.map(({ name, help }) => item(`  ${name}`, firstSentence(help)))
  const choices = `{${entries.map(({ name }) => name).join(',')}}`
  const debug = path === 'luna' ? [item('-d, --debug', 'say more on standard error')] : []
  return [
    ...[`usage: ${path} [-h] ${choices} ...`, '', about, ''],
    ...['positional arguments:', `  ${choices}`, ...rows, ''],
    ...['options:', item('-h, --help', 'show this help'), ...debug, ''],
  ].join('\n')
}

function firstSentence(help: string): string {
  return help.split(/(?<=\.) /)[0] ?? help
}

/** Help of one command. */
export function commandHelp(object: string, command: Command): string {
  const options = Object.entries(command.options)
  const examples = command.examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`])
  return [
    ...[usage(object, command), '', command.help, ''],
    ...['options:', item('-h, --help', 'show this help')],
    ...options.map(([long, option]) => item(spellings(long, option), describe(option))),
    '',
    ...(examples.length > 0 ? ['examples:', ...examples, ''] : []),
  ].join('\n')
}

/** `usage: luna OBJECT ACTION ...`, wrapped. */
export function usage(object: string, command: Command): string {
  const options = Object.entries(command.options).map(([long, option]) => {
    const text = `${option.short ? `-${option.short}` : `--${long}`}${valueName(long, option)}`
    return option.required ? text : `[${text}]`
  })
  const head = `usage: luna ${object} ${command.action}`
  const words = ['[-h]', ...options, operandNames[command.operand]].filter((word) => word !== '')
  const lines = [head]
  for (const word of words) {
    const line = lines.at(-1) ?? ''
    if (line.length + 1 + word.length > width) lines.push(`${' '.repeat(head.length)} ${word}`)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join('\n')
}

/** All spellings of an option with its value: `-g, --group GROUP`. */
export function spellings(long: string, option: Option): string {
  const longs = [long, ...(option.aliases ?? [])].map((name) => `--${name}`)
  const all = option.short ? [`-${option.short}`, ...longs] : longs
  return all.join(', ') + valueName(long, option)
}

function valueName(long: string, option: Option): string {
  const name = option.value ?? long.toUpperCase()
  switch (option.kind) {
    case 'flag':
      return ''
    case 'optional':
      return ` [${name}]`
    case 'yes-no':
      return ' y|n'
    case 'choice':
      return ` ${(option.choices ?? []).join('|')}`
    default:
      return ` ${name}`
  }
}

/** What an option does, whether it must be given, and its default. */
function describe(option: Option): string {
  if (option.required) return `${option.help} (required)`
  return option.default === undefined ? option.help : `${option.help} (default: ${String(option.default)})`
}

function item(term: string, help: string): string {
  const head = `  ${term}`
  const gap = head.length + 2 > column ? `\n${' '.repeat(column)}` : ' '.repeat(column - head.length)
  return head + gap + wrapped(help)
}

function wrapped(help: string): string {
  const lines = ['']
  for (const word of help.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (column + line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join(`\n${' '.repeat(column)}`)
}
