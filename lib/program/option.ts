// An option of a command line. Parser, help, completion and manual page all read it.
import type { Kind } from '../object/field.ts'

/** The value that each kind of option gives. */
export interface OptionKinds {
  text: string
  /** A text each time that it is given. */
  texts: readonly string[]
  int: number
  /** `y`, `yes`, `n` or `no`. */
  'yes-no': boolean
  /** No value: given or not. */
  flag: boolean
  /** A value that may be left out: then `true`. */
  optional: string | true
  /** Two values one after the other. */
  pair: readonly [string, string]
  /** A hostlist, expanded. */
  names: readonly string[]
  /** One of `choices`. */
  choice: string
}

export type OptionKind = keyof OptionKinds

/** An option; its long name is its key in the row. */
export interface Option<K extends OptionKind = OptionKind> {
  readonly kind: K
  readonly help: string
  /** The form with one dash, of one letter or (`-bn`) two. */
  readonly short?: string
  /** Other long forms, without dashes: `nn` for `--nn`. */
  readonly aliases?: readonly string[]
  /** How help names the value; the long name in capitals when absent. */
  readonly value?: string
  readonly required?: true
  readonly default?: OptionKinds[K]
  readonly choices?: readonly string[]
  /** What help says of the values that may be given. */
  readonly limits?: string
  /** What the value names, where it names something that is there: completion offers that. */
  readonly refersTo?: Kind | 'interface' | 'file'
  /** What completion offers as the beginning of the value. */
  readonly begins?: readonly string[]
  /** It says which objects are meant, beside or in place of the operand. */
  readonly chooses?: true
  /** Of the options with the same word here only one may be given. */
  readonly exclusive?: string
  /** Not for the list of processes: `-` is a line of standard input (cli/secrets.ts). */
  readonly secret?: true
  /** Luna 1.2 does not have it: what was short for another option there goes on meaning that one. */
  readonly newer?: true
}

export type OptionTable = { readonly [long: string]: Option }

type More<K extends OptionKind> = Omit<Option<K>, 'kind' | 'help'>

/** Writes an option of a row. */
export function option<K extends OptionKind, const M extends More<K> = Record<never, never>>(
  kind: K,
  help: string,
  more?: M,
): Option<K> & M {
  return { kind, help, ...more } as Option<K> & M
}

/** What `-h` and `--help` stand for everywhere. */
export const helpOption: Option = { kind: 'flag', help: 'show this help', short: 'h' }
