// What every store promises. Two engines keep it: the embedded one (node:sqlite) and MongoDB, as a replica
// set or as a single server. One contract suite (test/store) holds all of them to it.
//
// 1. A transaction happens as a whole or not at all, also when its process or its server dies at any moment.
// 2. Every read gives the database as it is between two transactions. Once a reader has seen a part of a
//    transaction, all later reads have the whole of it, in other processes and on other machines as well.
// 3. Two transactions never run at the same time. A process that lost its turn writes nothing more.
//
// SQLite and replica sets have transactions of their own. On a single mongod a transaction is written to a
// journal first (mongo/journal.ts), and a read is repeated when a journal was applied meanwhile
// (mongo/settled.ts). Promise 3 has a gap there: a single mongod does what a stalled process had sent before
// it lost its turn. An update then changes only what its transaction had read, but a removed document may
// come back. A replica set of one member has no such gap. Nothing is promised to the first Luna beside.
import type { Document } from 'bson'
import type { BmcMark, Id, Kind, Status } from '../object/field.ts'
import type { Mac } from '../object/net/mac.ts'
import type { Change, New, Objects } from '../object/objects.ts'
import type { Boot } from '../object/record/boot.ts'
import type { HeadReport, ReportTopic } from '../object/record/head-report.ts'
import type { Report } from '../object/record/report.ts'
import type { HistoryEntry, KeptEntry } from './history/change.ts'

export type { Document } from 'bson'
export { readObject } from './bson/object-codec.ts'
export { idOf, isMap, numberOf } from './bson/values.ts'
export type {
  Author,
  Cards,
  HistoryEntry,
  KeptEntry,
  ObjectChange,
  Touched,
  Verb,
} from './history/change.ts'
export { isFreeOnly } from './history/change.ts'

/** A whole database: documents with their BSON types, per collection, sorted by name or _id. */
export type Dump = { readonly [collection: string]: readonly Document[] }

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

/** A torrent client, from its last announce (collection `tracker`). */
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

/** A boot to be put down: over the last boot of its node, or among those before. */
export interface KeptBoot {
  readonly node: Id
  readonly boot: Boot
  readonly past: boolean
}

/**
 * Opaque texts. While one is the same, what was read before of its kind is still true. Changes by other
 * programs do not change them.
 */
export interface Versions {
  /** Another one after every committed change of an object: not of a status, nor when one is disarmed. */
  readonly objects: string
  /** After every change of the MAC addresses of nodes. */
  readonly macs: string
  /** After what is kept by keepBoots, keepReport and keepHeadReport. */
  readonly records: string
}

/** What has changed between two looks at a database. */
export interface Changes {
  /** The versions now. */
  readonly versions: Versions
  /** Nodes that may have changed, in themselves or in their last boot; undefined: all of them may have. */
  readonly nodes: readonly Id[] | undefined
}

/** A name that several objects of a kind have. */
export interface Duplicate {
  readonly kind: Kind
  readonly name: string
  readonly count: number
}

/** How long a learned MAC address and an announced peer are remembered, in milliseconds. */
export const ttl = { learned: 300_000, peers: 3_600_000 } as const

/**
 * The store. All methods reject with LunaError `unavailable` when the database cannot be reached or does not
 * answer; it is never taken for an empty one. Objects are values: changing one changes nothing in the store.
 * Fields, collections and documents that Luna does not know stay as they are.
 */
export interface Store {
  /**
   * What and where this store is, for messages: "MongoDB at localhost", "embedded store
   * /var/lib/luna/luna.db".
   */
  readonly where: string

  /** The object with that id; `not-found` when there is none. */
  get<K extends Kind>(kind: K, id: Id): Promise<Objects[K]>
  find<K extends Kind>(kind: K, id: Id): Promise<Objects[K] | undefined>
  /**
   * The object with that name, else `not-found`. Of several (damaged data) it is the one with the lowest id.
   */
  getNamed<K extends Kind>(kind: K, name: string): Promise<Objects[K]>
  findNamed<K extends Kind>(kind: K, name: string): Promise<Objects[K] | undefined>
  /** All objects of a kind, sorted by name in byte order, then by id. */
  list<K extends Kind>(kind: K): Promise<Objects[K][]>
  /** Those with these ids, in the same order; who is gone is left out. */
  some<K extends Kind>(kind: K, ids: readonly Id[]): Promise<Objects[K][]>
  /** The names of all objects of a kind, sorted in byte order: much quicker than `list`. */
  names(kind: Kind): Promise<string[]>
  /** The nodes of one group, sorted by name. */
  nodesOf(group: Id): Promise<Objects['node'][]>
  /** The nodes that are configured to be plugged into a switch, sorted by name. */
  nodesAt(switchId: Id): Promise<Objects['node'][]>
  /** The whole document as it is stored, with its BSON types and link counters. */
  raw(kind: Kind, id: Id): Promise<Document>

  /**
   * Adds an object; fields that are not given get the defaults of their table. `taken` when the name is in
   * use. Gives the new id. Link counters are made by `link`.
   */
  insert<K extends Kind>(kind: K, object: New<K>): Promise<Id>
  /**
   * Gives fields of an object new values, and no others. `not-found` when it is gone, `taken` when the name
   * is in use.
   */
  update<K extends Kind>(kind: K, id: Id, change: Change<K>): Promise<void>
  /**
   * Gives fields of an object the BSON values that they had before, undefined for those that were not there;
   * makes the object with its former id where it is gone. `taken` when the name is in use.
   */
  putBack(kind: Kind, id: Id, fields: Document): Promise<void>
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

  /** The node that has the MAC address, on any of its boot cards. */
  findMac(mac: Mac): Promise<Id | undefined>
  /** The address that the first Luna keeps; those of further boot cards are in `also`. */
  macOf(node: Id): Promise<Mac | undefined>
  /** MAC address of every node that has one. */
  macs(): Promise<Map<Id, Mac>>
  /** The further MAC addresses of a node, in the order given; of every node that has any. */
  alsoOf(node: Id): Promise<Mac[]>
  also(): Promise<Map<Id, Mac[]>>
  /**
   * Gives the address to the node, takes it from the node that had it, and removes the node's former address.
   */
  setMac(node: Id, mac: Mac): Promise<void>
  /** Gives these further addresses to the node, and no others; takes them from the nodes that had them. */
  setAlso(node: Id, macs: readonly Mac[]): Promise<void>
  /** Removes all addresses of the node, and what switches saw of them. */
  clearMac(node: Id): Promise<void>

  /** Sets the status of a node; nothing happens when the node is gone. */
  setStatus(node: Id, status: Status): Promise<void>
  /** The node is not armed any more; nothing happens when it is gone. */
  disarm(node: Id): Promise<void>
  /** Remembers what the BMC of a node was set up with; nothing happens when the node is gone. */
  markBmc(node: Id, mark: BmcMark): Promise<void>

  /** Remembers what a switch has in its forwarding table, for `ttl.learned`. */
  learn(seen: readonly Learned[]): Promise<void>
  /** What is remembered, of one MAC address or of all, newest first. */
  learned(mac?: Mac): Promise<Learned[]>
  /** What is remembered of one port of a switch, by its number, newest first. */
  learnedAt(switchId: Id, port: string): Promise<Learned[]>
  /** Forgets what switches saw of a MAC address. */
  forget(mac: Mac): Promise<void>

  /**
   * Records an announce in place of the last one of the same infoHash, ip and port; a null status keeps the
   * former one.
   */
  announce(peer: Peer): Promise<void>
  /** The peers of a torrent, or all peers, that are remembered. */
  peers(infoHash?: string): Promise<Peer[]>
  /** The peers of a torrent, or of all, that announced themselves at that time or later. */
  peersSince(infoHash: string | undefined, time: Date): Promise<Peer[]>
  /** The newest record of a client, by its peer id. */
  peerNamed(peerId: string): Promise<Peer | undefined>

  /** The boots of a node that are remembered, newest first, at most `mostBoots`. */
  boots(node: Id): Promise<Boot[]>
  /** The last boot of a node, of some, or of every node that has one: much quicker than `boots`. */
  lastBoot(node: Id): Promise<Boot | undefined>
  lastBoots(only?: readonly Id[]): Promise<Map<Id, Boot>>
  /** Puts boots down over what is there: of a node one that is not `past`, and one of each number. */
  keepBoots(boots: readonly KeptBoot[]): Promise<void>
  /** What the node had to say of the step that failed last. */
  report(node: Id): Promise<Report | undefined>
  keepReport(node: Id, report: Report): Promise<void>
  /** What was told last of each head, by the name of the head. */
  headReports(topic: ReportTopic): Promise<HeadReport[]>
  keepHeadReport(report: HeadReport): Promise<void>

  /** What commands changed, newest first, without the differences: of stores that are opened with `by`. */
  history(): Promise<HistoryEntry[]>
  /** One entry with its differences, one for each object. */
  historyOf(number: number): Promise<KeptEntry | undefined>

  /**
   * Runs `work` alone in the whole cluster, and writes what it changed when it is done (see the top of this
   * file). Rejected work changes nothing. Inside `work` only the store that it is given may be used; asking
   * that one for `transaction` joins the work that runs. Single writes outside (setStatus, disarm, markBmc,
   * announce, learn, forget, keepBoots, keepReport, keepHeadReport) do not wait.
   */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>

  /**
   * The versions now, in one read that all share who ask in the same turn of the event loop. Not for `work`
   * of `transaction`.
   */
  versions(): Promise<Versions>
  /**
   * Which nodes changed since these versions, as far as that is remembered: they themselves or their boots. A
   * status that no record follows is not told of. Not for `work` of `transaction`.
   */
  changesSince(versions: Versions): Promise<Changes>

  /**
   * From now on the engine itself refuses a second object of a kind with the same name, whichever program
   * writes it. A kind that has duplicates stays as it is, and its duplicates are returned. Can be repeated at
   * any time. Not for `work` of `transaction`. Restoring a database that has duplicates ends it for their
   * kinds.
   */
  makeNamesUnique(): Promise<Duplicate[]>
  /** What about the database engine should be known though it works: a line each. */
  advice(): Promise<string[]>

  /**
   * The whole database at one moment, unknown collections included; Luna's own bookkeeping is left out, and
   * so are boots, reports and the history of changes unless they are asked for.
   */
  dump(what?: { readonly records: boolean }): Promise<Dump>
  /**
   * Puts a whole database in place of what is there. `invalid` when the engine refuses some of it; nothing
   * changes then.
   */
  restore(dump: Dump): Promise<void>
  /** Removes everything. */
  drop(): Promise<void>
  close(): Promise<void>
}
