// A command line as the history keeps it: made of what was parsed, so that no spelling of an option lets a
// secret through.
import type { NameList } from '../object/choice/name-list.ts'
import { compressHostlist } from '../object/hostlist.ts'
import type { Option, OptionTable } from '../program/option.ts'
import { type Command, commandWords, type Given, type Operands } from './command.ts'

// In characters: of one word, and of all.
const [longestWord, longest] = [200, 2000]

/** `luna node change node[001-003] --group gpu`: options by their long names, secrets left out. */
export function commandText(
  object: string,
  row: Pick<Command, 'action' | 'options'>,
  given: Given<OptionTable>,
  operand: Operands[keyof Operands],
): string {
  const options = Object.entries(row.options).flatMap(([long, option]) => {
    const value: unknown = given[long]
    const idle = option.kind === 'flag' && value === false
    if (value === undefined || idle || value === option.default) return []
    return optionWords(`--${long}`, option, value)
  })
  const words = [commandWords(object, row), ...[...operandWords(operand), ...options].map(quoted)]
  return cut(`luna ${words.join(' ')}`, longest)
}

function optionWords(long: string, { secret, kind }: Option, value: unknown): string[] {
  if (secret) return [long, value === '-' ? '-' : '...']
  if (kind === 'yes-no') return [long, value ? 'y' : 'n']
  if (value === true) return [long]
  if (kind === 'texts' && Array.isArray(value)) return value.flatMap((one) => [long, String(one)])
  if (kind === 'names' && Array.isArray(value)) return [long, compressHostlist(value.map(String))]
  return [long, ...(Array.isArray(value) ? value : [value]).map(String)]
}

function operandWords(operand: Operands[keyof Operands]): string[] {
  if (operand === undefined) return []
  if (typeof operand === 'string' || typeof operand === 'number') return [String(operand)]
  return isNameList(operand) ? [nameListText(operand)] : [compressHostlist([...operand])]
}

function isNameList(operand: NameList | readonly string[]): operand is NameList {
  return 'except' in operand
}

function nameListText({ names, except }: NameList): string {
  const parts = [compressHostlist([...(names ?? [])]), ...[...except].map((name) => `!${name}`)]
  return parts.filter((part) => part !== '').join(',')
}

/** As a shell takes it; control characters are the reader's business. */
function quoted(word: string): string {
  const text = cut(word, longestWord)
  return /^[\w.,:=@%/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text
}
