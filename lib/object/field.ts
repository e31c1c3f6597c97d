// What a field of a stored object is. A table of fields per object says how each is kept, what it is when a
// document lacks it, what help and manual say of it, and what an operator may give; the object's type follows
// from its table.
import type { Rule } from './given/rule.ts'

/** The 24 hexadecimal digits of a document's ObjectId. */
export type Id = string & { readonly [idBrand]: 'Id' }
declare const idBrand: unique symbol

/** Takes text as an Id when it has the form of one. */
export function parseId(text: string): Id | undefined {
  return /^[0-9a-f]{24}$/.test(text) ? (text as Id) : undefined
}

/** The collections that hold named objects. */
export const kinds = [
  'cluster',
  'osimage',
  'bmcsetup',
  'network',
  'group',
  'node',
  'switch',
  'otherdev',
] as const
export type Kind = (typeof kinds)[number]

/** Inclusive range of addresses relative to the base of a network. */
export interface Range {
  readonly start: bigint
  readonly end: bigint
}

/** An interface of a group: which network it has per IP version. Nodes of the group use the same key. */
export interface GroupInterface {
  readonly name: string
  readonly network: { readonly 4: Id | null; readonly 6: Id | null }
  /** The operator's own lines for this interface, in ifcfg form. */
  readonly params: string
}

/**
 * The addresses of one interface of a node, relative to the networks of the group's interface with the same
 * key.
 */
export interface NodeInterface {
  readonly 4: bigint | null
  readonly 6: bigint | null
}

/** The last thing that a node said of itself. */
export interface Status {
  readonly step: string
  readonly time: Date
}

/** That a node may be installed, where only armed nodes are. */
export interface Arm {
  /** null: until it is installed. */
  readonly until: Date | null
  /** Also after it was installed. */
  readonly continuous: boolean
  /** What tokens of the node are made with. */
  readonly secret: string
}

/** What is remembered of a node's BMC. */
export interface BmcMark {
  /** What a setup is told by. */
  readonly secret: string
  /** The print of the setup that the BMC was given last, and took; '' for none. */
  readonly done: string
}

/** A secret that the heads of a cluster share. */
export interface SharedKey {
  /** 48 hexadecimal digits. */
  readonly secret: string
}

/** What each kind of field is in memory. How it is kept is for store/document.ts to say. */
export interface FieldTypes {
  /** Never empty in a sound database; '' where a damaged document has none. */
  name: string
  /** null and '' are both "not set"; which one it is shows in tables. */
  text: string | null
  flag: boolean
  int: number
  double: number
  /** A port number that the first Luna stored as text when it was created and as int when it was changed. */
  port: number
  /** An address relative to the base of a network: int64, beyond 2^63 a decimal string. */
  offset: bigint | null
  /** An address or offset of a network: int64 when its version is 4, a decimal string when it is 6. */
  wide: bigint | null
  ranges: readonly Range[]
  /** DBRef to the collection named in `to`. */
  ref: Id | null
  /** The bare hexadecimal id of a network, as text. */
  hexid: Id | null
  'group-interfaces': Readonly<Record<string, GroupInterface>>
  'node-interfaces': Readonly<Record<string, NodeInterface>>
  /** Offset per network id. */
  connected: Readonly<Record<Id, bigint>>
  status: Status | null
  arm: Arm | null
  'bmc-mark': BmcMark | null
  key: SharedKey | null
}

export type FieldKind = keyof FieldTypes

export interface Field<K extends FieldKind = FieldKind> {
  readonly kind: K
  readonly help: string
  /** The value of a new object and of a document that lacks the field. */
  readonly absent: FieldTypes[K]
  /** The collection that a `ref` points to. */
  readonly to?: Kind
  /** Not written at creation: appears when it is first set. */
  readonly later?: true
  /** The lowest and the highest number that an operator may give. */
  readonly limits?: readonly [lowest: number, highest: number]
  /** How many bytes a text may have, and how many characters it must. */
  readonly mostBytes?: number
  readonly leastLength?: number
  /** What says so. */
  readonly standard?: string
  /** What else a text must be. */
  readonly rule?: Rule
  /** A text of any number of lines. */
  readonly lines?: true
  /** Not for messages. */
  readonly secret?: true
  /** The only texts that an operator may give. */
  readonly choices?: readonly string[]
}

export type FieldTable = { readonly [name: string]: Field }

/** The type of the objects that a table describes. */
export type ObjectOf<T extends FieldTable> = { readonly id: Id } & {
  readonly [F in keyof T]: FieldTypes[T[F]['kind']]
}

/** What an operator gives for each kind of field: a reference by the name of its object. */
interface TypedKinds {
  text: string
  ref: string
  int: number
  port: number
  flag: boolean
}

/** Changes of an object as an operator gives them: a text that is '' erases. */
export type Typed<T extends FieldTable> = {
  readonly [F in keyof T as T[F]['kind'] extends keyof TypedKinds ? F : never]?: TypedKinds[T[F]['kind'] &
    keyof TypedKinds]
}

/** Writes a row of a field table. */
export function field<K extends FieldKind>(
  kind: K,
  help: string,
  absent: FieldTypes[K],
  more: Omit<Field, 'kind' | 'help' | 'absent'> = {},
): Field<K> {
  return { kind, help, absent, ...more }
}
