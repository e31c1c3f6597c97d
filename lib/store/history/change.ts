// What commands changed: an entry for each command that changed objects, with the differences that it made.
import type { Document } from 'bson'
import type { Id, Kind, Range } from '../../object/field.ts'
import type { Mac } from '../../object/net/mac.ts'

/** Who gives a command. */
export interface Author {
  readonly user: string
  /** The account that it runs as, where that is another one. */
  readonly as: string | null
  /** The command line, without anything secret. */
  readonly command: string
}

export type Verb = 'add' | 'change' | 'rename' | 'remove'

/** Objects of which the same became. Those that are renamed are there with both names. */
export interface Touched {
  readonly verb: Verb
  readonly kind: Kind
  readonly names: readonly string[]
}

/** An entry without its differences. */
export interface HistoryEntry extends Author {
  readonly number: number
  readonly time: Date
  /** Networks of which only free addresses changed are in it where nothing else is. */
  readonly objects: readonly Touched[]
  /** The whole database was removed, or another one put in its place. */
  readonly whole: boolean
  /** The differences are not kept: they are too many. */
  readonly omitted: boolean
}

/** The MAC addresses of a node: the one that the first Luna keeps, and the further ones. */
export interface Cards {
  readonly mac: Mac | null
  readonly also: readonly Mac[]
}

/** What became of one object. */
export interface ObjectChange {
  readonly kind: Kind
  readonly id: Id
  /** The name that it had, or has if it had none. */
  readonly name: string
  /**
   * Documents without ids and link counters: undefined where the object was or is not there; of one that
   * stays the fields that changed, of which those are absent that were or are.
   */
  readonly before: Document | undefined
  readonly after: Document | undefined
  /** Secrets that changed, or came and went with it: their values are kept nowhere. */
  readonly secrets: readonly string[]
  /** Addresses of a network that stays: given out, and given back. */
  readonly taken: readonly Range[]
  readonly freed: readonly Range[]
  /** Of a node whose MAC addresses changed. */
  readonly cards?: { readonly before: Cards; readonly after: Cards }
}

/** Nothing but free addresses of a network changed. */
export function isFreeOnly({ before, after, secrets, cards }: ObjectChange): boolean {
  if (!before || !after || secrets.length > 0 || cards) return false
  return Object.keys(before).length + Object.keys(after).length === 0
}

/** A whole entry. */
export interface KeptEntry extends HistoryEntry {
  readonly changes: readonly ObjectChange[]
}

/** So many entries are kept, and so many bytes of them; of one entry at most a quarter of these. */
export const mostEntries = 1000
export const mostBytes = 16 * 1024 * 1024
