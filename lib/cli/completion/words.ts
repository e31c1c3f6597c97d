// The words that completion offers, and which of them fit what is typed already.
import { expandHostlist } from '../../object/hostlist.ts'
import type { OptionTable } from '../../program/option.ts'

export interface Candidate {
  /** The whole word that may stand there. */
  readonly word: string
  readonly help?: string
}

/** Those that begin with what is typed. */
export function beginning(current: string, all: readonly Candidate[]): Candidate[] {
  return all.filter(({ word }) => word.startsWith(current))
}

/** Names that begin with what is typed; none that a shell would read as something else. */
export function plain(all: readonly string[], current: string): Candidate[] {
  return beginning(
    current,
    all.filter(isSafe).map((word) => ({ word })),
  )
}

function isSafe(name: string): boolean {
  return /^[\p{L}\p{N}_.@%+,-]+$/u.test(name) && !name.startsWith('-')
}

/** Whether the cursor is at the file of `@FILE` in a list of names. */
export function atFile(current: string): boolean {
  return /(^|[,!])@[^,]*$/.test(current)
}

/** Names that can follow the commas of a hostlist; those that it names already are left out. */
export function hostlist(all: readonly string[], current: string): Candidate[] {
  // Commas in brackets are the list's own; with a bracket still open there is nothing to offer.
  if (/\[[^\]]*$/.test(current)) return []
  const [, head = '', tail = ''] = /^(.*,)?([^,]*)$/s.exec(current) ?? []
  const named = new Set(namesIn(head))
  const open = all.filter((name) => !named.has(name))
  return prefixed(head, tail.startsWith('!') ? prefixed('!', plain(all, tail.slice(1))) : plain(open, tail))
}

function namesIn(head: string): string[] {
  try {
    return head === '' ? [] : expandHostlist(head)
  } catch {
    return []
  }
}

/** The same with something in front. */
export function prefixed(head: string, all: readonly Candidate[]): Candidate[] {
  return all.map((one) => ({ ...one, word: head + one.word }))
}

/**
 * The options that can still be given: long names; short ones where one dash is typed; other names where no
 * long one begins so.
 */
export function spellings(options: OptionTable, used: readonly string[], current: string): Candidate[] {
  const rivals = used.flatMap((long) => options[long]?.exclusive ?? [])
  const open = Object.entries(options).filter(
    ([long, { exclusive }]) => !used.includes(long) && !(exclusive && rivals.includes(exclusive)),
  )
  const longs = open.map(([long, { help }]) => ({ word: `--${long}`, help }))
  const shorts = open.flatMap(([, { short, help }]) => (short ? [{ word: `-${short}`, help }] : []))
  const others = open.flatMap(([, { aliases = [], help }]) =>
    aliases.map((alias) => ({ word: `--${alias}`, help })),
  )
  const found = beginning(current, current.startsWith('-') ? [...shorts, ...longs] : longs)
  return found.length > 0 ? found : beginning(current, others)
}
