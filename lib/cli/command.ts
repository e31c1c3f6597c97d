// What a command is: one row of the table in commands/*.ts. Parser, help, completion and manual page all read
// the rows.
import type { Config } from '../config.ts'
import type { Exits } from '../error.ts'
import type { Log } from '../log.ts'
import type { NameList } from '../object/choice/name-list.ts'
import { type OptionKind, type OptionKinds, type OptionTable, option } from '../program/option.ts'
import type { Store } from '../store/store.ts'

type Sure =
  | { readonly required: true }
  | { readonly default: OptionKinds[OptionKind] }
  | { readonly kind: 'flag' }

/** The options as given: those that are required or have a default, and flags, are always there. */
export type Given<T extends OptionTable> = {
  readonly [N in keyof T]: OptionKinds[T[N]['kind']] | (T[N] extends Sure ? never : undefined)
}

/**
 * What stands after the action: nothing, one name, a hostlist, a file or `-`, a MAC address that may be left
 * out, a number. `list` is a hostlist too, but not expanded yet: objects that are no hosts may have names
 * that look like one.
 */
export interface Operands {
  none: undefined
  name: string
  names: readonly string[]
  /** Of nodes: options may say it as well. The parser gives what is typed, `run` gets names. */
  chosen: readonly string[]
  /** The same where none given means all, as it is typed: the command itself looks for whom it means. */
  some: NameList | undefined
  list: string
  file: string
  files: readonly string[]
  mac: string | undefined
  /** Of an entry of the history. */
  number: number
  /** The same where it may be left out. */
  'some-number': number | undefined
}

/** What a running command is given beside its arguments. */
export interface Context {
  readonly config: Config
  readonly log: Log
  readonly env: NodeJS.ProcessEnv
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** Opens the store at the first call; it is closed when the command has ended. */
  store(): Promise<Store>
  /** Writes to standard output, as it is. */
  print(text: string): void
  /** Says what went wrong and lets the command go on; the exit status will tell. */
  report(error: unknown): void
  /** What is done in the store is taken back: nothing may be left of it elsewhere either. */
  readonly rehearsed?: true
  /** Names that were given and to which nothing was done. */
  readonly undone: string[]
  /** Has the command end with this status, or a higher one: its output says why. */
  endWith(status: number): void
  /** A text from standard input when that is no terminal, else from $EDITOR preloaded with `old`. */
  readText(old: string): Promise<string>
  /** Standard input, as it is. */
  input(): AsyncIterable<Uint8Array>
  /** The text of a file or of standard input (`-`), read once: before the store is held by a change. */
  content(file: string): Promise<string>
  /** Writes to standard output what a change does, in detail: once, before any question. */
  preview(text: string): void
}

export interface Command {
  /** '' is that of a command of one word, which is the only one of its object. */
  readonly action: string
  readonly help: string
  readonly operand: keyof Operands
  readonly options: OptionTable
  /** Whole command lines with what they do, for help and manual. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** Refused on a head that is not the active one, and while there is no cluster. */
  readonly guarded: boolean
  /** It changes objects, and what it did is told; `asked` has --dry-run and --yes. */
  readonly changes?: 'told' | 'asked'
  /** Of what `run` throws or reports: scripts of the first Luna know these. */
  readonly exits: Exits
  run(context: Context, given: Given<OptionTable>, operand: Operands[keyof Operands]): Promise<void>
}

/** What is typed before options and operand, without the program: `node add`, or `setup`. */
export function commandWords(object: string, { action }: Pick<Command, 'action'>): string {
  return action === '' ? object : `${object} ${action}`
}

interface Row<T extends OptionTable, K extends keyof Operands> {
  readonly action: string
  readonly help: string
  readonly operand: K
  readonly options?: T
  readonly examples: Command['examples']
  /** All that `changes` is guarded, unless it says otherwise. */
  readonly guarded?: false
  readonly changes?: 'told' | 'asked'
  readonly exits?: Exits
  run(context: Context, given: Given<T>, operand: Operands[K]): Promise<void>
}

/** Options of every command that changes or deletes objects. */
export const changeOptions = {
  'dry-run': option('flag', 'show what would change, and change nothing', { newer: true }),
  yes: option('flag', 'do not ask when many nodes lose something', { short: 'y', newer: true }),
}

/** Writes a row of the table; `run` sees the options with the types that they were declared with. */
export function command<K extends keyof Operands, const T extends OptionTable = Record<never, never>>(
  row: Row<T, K>,
): Command {
  return {
    ...row,
    options: { ...row.options, ...(row.changes === 'asked' && changeOptions) },
    guarded: row.guarded ?? row.changes !== undefined,
    exits: row.exits ?? {},
    // The parser gives what the row declares: the types are the same here, only no longer written down.
    run: (context, given, operand) => row.run(context, given as Given<T>, operand as Operands[K]),
  }
}
