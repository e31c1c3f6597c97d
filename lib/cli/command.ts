// What a command is: one row of the table in commands/*.ts. Parser, help, completion and manual page all read the rows.
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Kind } from '../object/field.ts'
import type { Store } from '../store/store.ts'

/** The value that each kind of option gives. */
export interface OptionKinds {
  text: string
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
  /** What the value names, where it names something that is there: completion offers that. */
  readonly refersTo?: Kind | 'interface' | 'file'
  /** Of the options with the same word here only one may be given. */
  readonly exclusive?: string
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

type Sure =
  | { readonly required: true }
  | { readonly default: OptionKinds[OptionKind] }
  | { readonly kind: 'flag' }

/** The options as given: those that are required or have a default, and flags, are always there. */
export type Given<T extends OptionTable> = {
  readonly [N in keyof T]: OptionKinds[T[N]['kind']] | (T[N] extends Sure ? never : undefined)
}

/**
 * What stands after the action: nothing, one name, a hostlist, a file or `-`, a MAC address that may be left out. `list` is a hostlist too, but not expanded
 * yet: objects that are no hosts may have names that look like one.
 */
export interface Operands {
  none: undefined
  name: string
  names: readonly string[]
  list: string
  file: string
  mac: string | undefined
}

/** What a running command is given beside its arguments. */
export interface Context {
  readonly config: Config
  readonly log: Log
  readonly env: NodeJS.ProcessEnv
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** Opens the store at the first call; whoever runs the command closes it. */
  store(): Promise<Store>
  /** Writes to standard output, as it is. */
  print(text: string): void
  /** Says what went wrong and lets the command go on; the exit status will tell. */
  report(error: unknown): void
  /** A text from standard input when that is no terminal, else from $EDITOR preloaded with `old`. */
  readText(old: string): Promise<string>
}

export interface Command {
  readonly action: string
  readonly help: string
  readonly operand: keyof Operands
  readonly options: OptionTable
  /** Whole command lines with what they do, for help and manual. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** Refused on a head that is not the active one, and while there is no cluster. */
  readonly guarded: boolean
  run(context: Context, given: Given<OptionTable>, operand: Operands[keyof Operands]): Promise<void>
}

/** All actions of an object. */
export interface ObjectCommands {
  readonly object: string
  readonly help: string
  readonly commands: readonly Command[]
}

interface Row<T extends OptionTable, K extends keyof Operands> {
  readonly action: string
  readonly help: string
  readonly operand: K
  readonly options?: T
  readonly examples: Command['examples']
  readonly guarded?: true
  run(context: Context, given: Given<T>, operand: Operands[K]): Promise<void>
}

/** Writes a row of the table; `run` sees the options with the types that they were declared with. */
export function command<K extends keyof Operands, const T extends OptionTable = Record<never, never>>(
  row: Row<T, K>,
): Command {
  return {
    ...row,
    options: row.options ?? {},
    guarded: row.guarded ?? false,
    // The parser gives what the row declares: the types are the same here, only no longer written down.
    run: (context, given, operand) => row.run(context, given as Given<T>, operand as Operands[K]),
  }
}
