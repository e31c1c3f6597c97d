// Help texts, from the rows of the table. The first two levels keep the shape that completion scripts of the
// first Luna read: after the line `positional arguments:` comes `{a,b,c}`.

import { describe, item, spellings, valueName } from '../program/help.ts'
import { operandNames } from './arguments/parser.ts'
import { type Command, commandWords } from './command.ts'

interface Entry {
  readonly name: string
  readonly help: string
}

const width = 100
const column = 30

/** Help of `luna` and of `luna OBJECT`: what may come next, a line each. */
export function overview(path: string, about: string, entries: readonly Entry[]): string {
  const rows = entries.map(({ name, help }) => term(`  ${name}`, firstSentence(help)))
  const choices = `{${entries.map(({ name }) => name).join(',')}}`
  const debug = path === 'luna' ? [term('-d, --debug', 'say more on standard error')] : []
  return [
    ...[`usage: ${path} [-h] ${choices} ...`, '', about, ''],
    ...['positional arguments:', `  ${choices}`, ...rows, ''],
    ...['options:', term('-h, --help', 'show this help'), ...debug, ''],
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
    ...['options:', term('-h, --help', 'show this help')],
    ...options.map(([long, option]) => term(spellings(long, option), describe(option))),
    '',
    ...(examples.length > 0 ? ['examples:', ...examples, ''] : []),
  ].join('\n')
}

/** `usage: luna OBJECT ACTION ...`, or `usage: luna WORD ...`, wrapped. */
export function usage(object: string, command: Command): string {
  const options = Object.entries(command.options).map(([long, option]) => {
    const text = `${option.short ? `-${option.short}` : `--${long}`}${valueName(long, option)}`
    return option.required ? text : `[${text}]`
  })
  const head = `usage: luna ${commandWords(object, command)}`
  const words = ['[-h]', ...options, operandNames[command.operand]].filter((word) => word !== '')
  const lines = [head]
  for (const word of words) {
    const line = lines.at(-1) ?? ''
    if (line.length + 1 + word.length > width) lines.push(`${' '.repeat(head.length)} ${word}`)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join('\n')
}

function term(name: string, help: string): string {
  return item(name, help, column, width)
}
