// What can be wrong with a database as a whole, one line for each thing, and how it is repaired where that
// takes no decision.
import type { Id, Kind } from '../field.ts'
import type { Inventory } from '../net/address-use.ts'
import type { Change } from '../objects.ts'

/** The names of the defects, for scripts. */
export type DefectName =
  | 'cluster' // not exactly one cluster
  | 'bad-name'
  | 'bad-value' // what a field cannot have where it is used
  | 'doubtful-value' // what is kept, though what reads it passes it over
  | 'duplicate-name'
  | 'duplicate-mac'
  | 'duplicate-address'
  | 'dangling' // a reference to what is gone
  | 'orphan' // left behind by an addition that failed
  | 'stale-interface' // a node's interface or address that its group does not have
  | 'no-address'
  | 'bad-network' // no network can have that base and prefix
  | 'outside' // an address that no host of the network can have
  | 'free-list'
  | 'reserved' // reserved, and nothing has it
  | 'counter'
  | 'shared-port' // several nodes at one port of a switch
  | 'peer-id' // host names that initramfs images of the first Luna cut to one peer id

/** One step of a repair. */
export type Repair =
  | { readonly do: 'remove'; readonly kind: Kind; readonly id: Id }
  | { [K in Kind]: Update<K> }[Kind]
  | { readonly do: 'count'; readonly user: Named; readonly used: Named; readonly count: number }
  | { readonly do: 'forget-mac'; readonly node: Id }

/** Gives fields of an object new values. */
export interface Update<K extends Kind> {
  readonly do: 'update'
  readonly kind: K
  readonly id: Id
  readonly change: Change<K>
}

export interface Defect {
  readonly defect: DefectName
  /** For people, one line. */
  readonly line: string
  /** Absent where the operator has to decide. */
  readonly repair?: Repair
}

/** An object by kind and id. */
export interface Named {
  readonly kind: Kind
  readonly id: Id
}

/** How often `used` is counted as used by `user`, on both sides. */
export interface Counter {
  readonly user: Named
  readonly used: Named
  /** In `_use_` of the user. */
  readonly uses: number
  /** In `_usedby_` of the used. */
  readonly usedBy: number
}

/** Everything that the check looks at. */
export interface Snapshot {
  readonly all: Inventory
  readonly counters: readonly Counter[]
  /** Records of the collection `mac`, and of the one with the addresses of further boot cards. */
  readonly macs: readonly { readonly mac: string; readonly node: Id | undefined; readonly further?: true }[]
}

/** `node node001`, with quotes where the name is unusual. */
export function label(kind: Kind, name: string): string {
  return `${kind} ${/^[\w.+-]+$/.test(name) ? name : JSON.stringify(name)}`
}
