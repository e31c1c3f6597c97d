// What every store promises. Two keep it: the embedded one (node:sqlite) and MongoDB; one contract suite holds both to it.
import type { Document } from 'bson'
import type { Id, Kind, Status } from '../object/field.ts'
import type { Mac } from '../object/net/mac.ts'
import type { Change, New, Objects } from '../object/objects.ts'

/** A named object, wherever it is referred to. */
export interface Ref {
  readonly kind: Kind
  readonly id: Id
}

/** One entry of a link counter: how often that object is linked. */
export interface Link extends Ref {
  readonly count: number
}

/** A machine seen by a switch: an entry of its forwarding table (collection `switch_mac`). */
export interface Learned {
  readonly switch: Id
  readonly mac: Mac
  /** Bridge port number, as text. */
  readonly port: string
  /** ifName of that port, or the number again where the switch does not tell. */
  readonly portname: string
  readonly updated: Date
}

/** A torrent client as it announced itself (collection `tracker`). */
export interface Peer {
  /** 40 hexadecimal digits (BEP 3). */
  readonly infoHash: string
  readonly ip: string
  readonly port: number
  /** 40 hexadecimal digits. */
  readonly peerId: string
  readonly uploaded: number
  readonly downloaded: number
  readonly left: number
  /** The last event that was not empty; null where there was none yet. */
  readonly status: string | null
  readonly updated: Date
}

/** A name that several objects of a kind have. */
export interface Duplicate {
  readonly kind: Kind
  readonly name: string
  readonly count: number
}

/** A whole database: documents with their BSON types, per collection, sorted by name or _id. */
export type Dump = { readonly [collection: string]: readonly Document[] }

/** How long a learned MAC address and an announced peer are remembered, in milliseconds. */
export const ttl = { learned: 300_000, peers: 3_600_000 } as const

/**
 * The store. All methods reject with LunaError `unavailable` when the database cannot be reached or does not answer:
 * it is never taken for an empty one. Objects are values: changing one changes nothing in the store.
 * Fields, collections and documents that Luna does not know stay as they are.
 */
export interface Store {
  /** What and where this store is, for messages: "MongoDB at localhost", "embedded store /var/lib/luna/luna.db". */
  readonly where: string

  /** The object with that id; `not-found` when there is none. */
  get<K extends Kind>(kind: K, id: Id): Promise<Objects[K]>
  find<K extends Kind>(kind: K, id: Id): Promise<Objects[K] | undefined>
  /** The object with that name; `not-found` when there is none. Of several (damaged data) the one with the lowest id. */
  getNamed<K extends Kind>(kind: K, name: string): Promise<Objects[K]>
  findNamed<K extends Kind>(kind: K, name: string): Promise<Objects[K] | undefined>
  /** All objects of a kind, sorted by name in byte order, then by id. */
  list<K extends Kind>(kind: K): Promise<Objects[K][]>
  /** The names of all objects of a kind, sorted in byte order: much quicker than `list`. */
  names(kind: Kind): Promise<string[]>
  /** The nodes of one group, sorted by name. */
  nodesOf(group: Id): Promise<Objects['node'][]>
  /** The nodes that are configured to be plugged into a switch, sorted by name. */
  nodesAt(switchId: Id): Promise<Objects['node'][]>
  /** The whole document as it is stored, with its BSON types and link counters. */
  raw(kind: Kind, id: Id): Promise<Document>

  /**
   * Adds an object; fields that are not given get the defaults of their table. `taken` when the name is in use.
   * Gives the new id. Link counters are made by `link`.
   */
  insert<K extends Kind>(kind: K, object: New<K>): Promise<Id>
  /** Gives fields of an object new values, and touches no others. `not-found` when it is gone, `taken` when the new name is in use. */
  update<K extends Kind>(kind: K, id: Id, change: Change<K>): Promise<void>
  /** Removes an object. Its links are the caller's business; removing what is not there is no error. */
  remove(kind: Kind, id: Id): Promise<void>

  /** Counts `times` (default 1) more uses of `used` by `user`, in both documents. */
  link(user: Ref, used: Ref, times?: number): Promise<void>
  /** Counts `times` (default 1) fewer uses; entries at 0 vanish. `invalid` when there are fewer. */
  unlink(user: Ref, used: Ref, times?: number): Promise<void>
  /** What the object uses (`_use_`), and what it is used by (`_usedby_`), as counted. */
  uses(ref: Ref): Promise<Link[]>
  usedBy(ref: Ref): Promise<Link[]>
  /** Takes an entry out of one side of the counters, whatever it counts: for links to what is gone. */
  dropLink(side: 'uses' | 'usedBy', of: Ref, other: Ref): Promise<void>

  /** The node that has the MAC address. */
  findMac(mac: Mac): Promise<Id | undefined>
  macOf(node: Id): Promise<Mac | undefined>
  /** MAC address of every node that has one. */
  macs(): Promise<Map<Id, Mac>>
  /** Gives the address to the node: it leaves whoever had it, and the node's former address goes. */
  setMac(node: Id, mac: Mac): Promise<void>
  /** The node has no address any more, and no switch is remembered to have seen the one it had. */
  clearMac(node: Id): Promise<void>

  /** Sets the status of a node; nothing happens when the node is gone. */
  setStatus(node: Id, status: Status): Promise<void>

  /** Remembers what a switch has in its forwarding table, for `shelfLife.learned`. */
  learn(seen: readonly Learned[]): Promise<void>
  /** What is remembered, of one MAC address or of all, newest first. */
  learned(mac?: Mac): Promise<Learned[]>
  /** What is remembered of one port of a switch, by its number, newest first. */
  learnedAt(switchId: Id, port: string): Promise<Learned[]>
  /** Forgets what switches saw of a MAC address. */
  forget(mac: Mac): Promise<void>

  /** Puts a peer down, over what the same infoHash, ip and port had said; a null status keeps the former one. */
  announce(peer: Peer): Promise<void>
  /** The peers of a torrent, or all peers, that are remembered. */
  peers(infoHash?: string): Promise<Peer[]>
  /** The peers of a torrent that announced themselves at that time or later. */
  peersSince(infoHash: string, time: Date): Promise<Peer[]>
  /** The newest record of a client, by its peer id. */
  peerNamed(peerId: string): Promise<Peer | undefined>

  /**
   * Runs `work` alone, over the whole cluster: no other transaction runs meanwhile, on this machine or another, and what
   * `work` writes to the store it is given is seen by others all at once when it is done. Rejected work leaves nothing
   * behind. Inside `work` only the store that it is given may be used. Single writes outside (setStatus,
   * announce, learn, forget) do not wait for it. Asking that store for `transaction` joins the work that runs.
   */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>

  /**
   * A text that is another one after every change of objects, their status aside, that was made through a store: what was
   * read before is good as long as it stays the same. Other programs that write to the database may leave it as it is. Not for
   * `work` of `transaction`.
   */
  version(): Promise<string>

  /**
   * From now on the engine itself refuses a second object of a kind with the same name, whichever program writes it. A kind
   * that has duplicates stays as it is, and its duplicates are given back. Can be done again at any time, and is none of
   * what `work` of `transaction` may do. Restoring a database that has duplicates ends it for their kinds.
   */
  makeNamesUnique(): Promise<Duplicate[]>

  /** The whole database, unknown collections included; only Luna's own bookkeeping is left out. */
  dump(): Promise<Dump>
  /** Puts a whole database in place of what is there, at once. */
  restore(dump: Dump): Promise<void>
  /** Removes everything. */
  drop(): Promise<void>
  close(): Promise<void>
}
