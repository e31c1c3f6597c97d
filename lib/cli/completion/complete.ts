// What may stand at the cursor of a command line: the shells ask at every TAB (packaging/completion). The
// words come from the table, the names from the database.
import type { Kind } from '../../object/field.ts'
import { helpOption } from '../../program/option.ts'
import type { Command } from '../command.ts'
import { objects } from '../commands.ts'
import { known, rejoined, scan } from './scan.ts'
import { type Completion, type Names, type Place, valuesOf, valuesOfField } from './values.ts'
import { atFile, beginning, type Candidate, hostlist, plain, prefixed, spellings } from './words.ts'

/**
 * What may stand in place of `current`, the word at the cursor, after the words of `before`. `program` is the
 * first word of the line. Words may have been taken apart at `=`, `:` and `@`, as bash does it.
 */
export async function complete(
  program: string,
  before: readonly string[],
  current: string,
  names: Names,
): Promise<Completion> {
  // Of `@FILE`, wherever it stands.
  if (before.at(-1)?.endsWith('@')) return 'files'
  const words = rejoined(before)
  if (program === 'luna') return await completeLuna(words, current, names)
  const { completeOther } = await import('./other-programs.ts')
  return await completeOther(program, words, current, names)
}

const globals: readonly Candidate[] = [
  { word: '-d', help: 'say more on standard error' },
  { word: '--debug', help: 'say more on standard error' },
  { word: '-h', help: helpOption.help },
  { word: '--help', help: helpOption.help },
]

async function completeLuna(before: readonly string[], current: string, names: Names): Promise<Completion> {
  const first = before.findIndex((word) => !word.startsWith('-'))
  const [object, ...given] = first === -1 ? [] : before.slice(first)
  if (object === undefined) {
    const entries = objects.map(({ name, help }) => ({ word: name, help }))
    return beginning(current, current.startsWith('-') ? globals : entries)
  }
  const commands = (await objects.find(({ name }) => name === object)?.load()) ?? []
  const [action, ...rest] = commands[0]?.action === '' ? ['', ...given] : given
  if (action === undefined) {
    const actions = commands.map(({ action: word, help }) => ({ word, help }))
    return beginning(current, actions)
  }
  const command = commands.find((one) => one.action === action)
  return command ? await completeCommand({ object, command, names }, rest, current) : []
}

async function completeCommand(
  place: Place & { readonly command: Command },
  words: readonly string[],
  current: string,
): Promise<Completion> {
  const { operand, options } = place.command
  const all = { ...options, help: helpOption }
  const seen = scan(all, words)
  const { awaiting } = seen
  if (awaiting?.field !== undefined) return await valuesOfField(place.names, awaiting.field, current)
  if (awaiting && !(awaiting.optional && current.startsWith('-')))
    return awaiting.option ? await valuesOf(place, awaiting.option, seen, current) : []
  const [, head = '', text = ''] = /^(--[^=]+=)(.*)$/s.exec(current) ?? []
  const owner = head === '' ? undefined : known(all, current)
  if (owner) {
    const values = await valuesOf(place, owner.option, seen, text)
    return values === 'files' ? values : prefixed(head, values)
  }
  const wantsOperand = operand === 'files' || (operand !== 'none' && seen.operands.length === 0)
  if (!seen.ended && (current.startsWith('-') || !wantsOperand)) return spellings(all, seen.used, current)
  return wantsOperand ? await operandOf(place, current) : []
}

async function operandOf(
  { object, command, names }: Place & { readonly command: Command },
  current: string,
): Promise<Completion> {
  if (command.operand === 'file' || command.operand === 'files') return 'files'
  if (['mac', 'number', 'some-number'].includes(command.operand)) return []
  const ofNodes = ['chosen', 'some'].includes(command.operand)
  const all = await names.ofKind(ofNodes ? 'node' : (object as Kind))
  if (!['names', 'chosen', 'some'].includes(command.operand)) return plain(all, current)
  return atFile(current) ? 'files' : hostlist(all, current)
}
