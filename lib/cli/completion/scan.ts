// What the words before the cursor say so far. Nothing here is an error: half a command line is what people
// complete.

import type { Option, OptionTable } from '../../program/option.ts'
import { type Known, looksLikeOption, take } from '../arguments/normalise.ts'

export interface Scan {
  /** The value of an option comes next. */
  readonly awaiting?: {
    /** The option, when it is its first value; the second value of a pair is nobody's to guess. */
    readonly option?: Option
    readonly optional: boolean
    /** The field whose value comes next: bash takes `group=compute` apart. */
    readonly field?: string
  }
  /** Long names of the options that are there. */
  readonly used: readonly string[]
  readonly operands: readonly string[]
  /** There was `--`: nothing that follows is an option. */
  readonly ended: boolean
}

/** Reads the words of a command after its action. */
export function scan(options: OptionTable, words: readonly string[]): Scan {
  const [used, operands]: [string[], string[]] = [[], []]
  let [before, field]: [string | undefined, string | undefined] = [undefined, undefined]
  let [last, wanted, ended]: [Option | undefined, number, boolean] = [undefined, 0, false]
  for (const word of words) {
    // bash takes `--group=compute` apart
    if (word === '=') {
      field = last?.begins && wanted === 0 ? before?.replace(/!$/, '') : undefined
      if (field !== undefined) wanted = 1
      continue
    }
    before = word
    if (ended || !looksLikeOption(options, word)) {
      if (wanted > 0) wanted--
      else operands.push(word)
      continue
    }
    field = undefined
    ended = word === '--'
    const found = known(options, word)
    if (found) used.push(found.long)
    last = found?.option
    wanted = (last ? valuesOf(last) : 0) - (found?.attached === undefined ? 0 : 1)
  }
  if (field !== undefined && wanted > 0)
    return { used, operands, ended, awaiting: { field, optional: false } }
  const state = { used, operands, ended }
  if (wanted <= 0 || !last) return state
  const first = wanted === valuesOf(last)
  return { ...state, awaiting: { ...(first && { option: last }), optional: last.kind === 'optional' } }
}

/** The option that a word stands for, if there is such a one. */
export function known(options: OptionTable, word: string): (Known & { attached?: string }) | undefined {
  try {
    const { known: found, ...rest } = take(options, word)
    return { ...found, ...rest }
  } catch {
    return undefined
  }
}

function valuesOf({ kind }: Option): number {
  if (kind === 'flag') return 0
  return kind === 'pair' ? 2 : 1
}

/** Undoes what bash does to `52:54:00:00:00:01`, and takes quotes away. */
export function rejoined(words: readonly string[]): string[] {
  const whole: string[] = []
  for (const [index, word] of words.entries()) {
    const colons = /^:+$/
    const glued = colons.test(word) || colons.test(words[index - 1] ?? '')
    const clean = word.replace(/['"\\]/g, '')
    if (glued && whole.length > 0) whole.push(`${whole.pop() ?? ''}${clean}`)
    else whole.push(clean)
  }
  return whole
}
