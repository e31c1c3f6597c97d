// Help texts: how options and words are written in them, for luna and for the programs beside it.
import { helpOption, type Option, type OptionTable } from './option.ts'
import type { Program } from './program.ts'

/** All spellings of an option with its value: `-g, --group GROUP`. */
export function spellings(long: string, option: Option): string {
  const longs = [long, ...(option.aliases ?? [])].map((name) => `--${name}`)
  const all = option.short ? [`-${option.short}`, ...longs] : longs
  return all.join(', ') + valueName(long, option)
}

/** The value of an option as help names it, after a blank: ` GROUP`, ` y|n`; a name for long choices. */
export function valueName(long: string, { kind, value, choices = [] }: Option): string {
  switch (kind) {
    case 'flag':
      return ''
    case 'optional':
      return ` [${value ?? long.toUpperCase()}]`
    case 'yes-no':
      return ' y|n'
    case 'choice':
      return ` ${value ?? choices.join('|')}`
    default:
      return ` ${value ?? long.toUpperCase()}`
  }
}

/** What an option does, its limits, whether it must be given, and its default. */
export function describe({ help, limits, required, default: value }: Option): string {
  const notes = [
    ...(limits === undefined ? [] : [limits]),
    ...(required ? ['required'] : []),
    ...(value === undefined ? [] : [`default: ${String(value)}`]),
  ]
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`
}

/** A term and, from a column on, what it means; on lines of their own where the term is too long. */
export function item(term: string, help: string, column: number, width: number): string {
  const head = `  ${term}`
  const gap = head.length + 2 > column ? `\n${' '.repeat(column)}` : ' '.repeat(column - head.length)
  return head + gap + wrapped(help, column, width)
}

function wrapped(help: string, column: number, width: number): string {
  const lines = ['']
  for (const word of help.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (column + line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join(`\n${' '.repeat(column)}`)
}

/** The help of a program beside luna. */
export function programHelp({
  about,
  actions,
  options,
  words,
  notes,
  examples = [],
  ...program
}: Program): string {
  const terms = words ? { ACTION: `one of ${Object.keys(actions).join(', ')}`, ...words } : actions
  const parts = [
    [`usage: ${program.name} ${program.synopsis}`],
    [about],
    list(Object.entries(terms)),
    list(optionItems(options)),
    notes === undefined ? [] : [notes],
    examples.map((line) => `  ${line}`),
  ]
  const filled = parts.filter((lines) => lines.length > 0).map((lines) => `${lines.join('\n')}\n`)
  return filled.join('\n')
}

function optionItems(options: OptionTable): [string, string][] {
  if (Object.keys(options).length === 0) return []
  const all = Object.entries<Option>({ ...options, help: helpOption })
  return all.map(([long, option]) => [spellings(long, option), describe(option)])
}

function list(terms: readonly (readonly [string, string])[]): string[] {
  const column = Math.max(...terms.map(([term]) => term.length)) + 4
  return terms.map(([term, help]) => item(term, help, column, 80))
}
