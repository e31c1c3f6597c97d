// The reading half of a store, over documents from wherever they come: the engine, or a unit of work.
import { type Document, ObjectId } from 'bson'
import { LunaError } from '../error.ts'
import { type Id, type Kind, kinds } from '../object/field.ts'
import type { Mac } from '../object/net/mac.ts'
import type { Objects } from '../object/objects.ts'
import { mostBoots } from '../object/record/boot.ts'
import type { ReportTopic } from '../object/record/head-report.ts'
import { type Reader, records, type Where } from './backend.ts'
import { readLearned, readPeer } from './bson/expiring.ts'
import { objectReader, readObject } from './bson/object-codec.ts'
import {
  byId as byNodeId,
  ofNode,
  readBoot,
  readHeadReport,
  readLastBoot,
  readReport,
} from './bson/records.ts'
import { byBytes, copyOf, idOf, isMap, numberOf } from './bson/values.ts'
import { byId, macReads } from './macs.ts'
import { type Dump, type Learned, type Link, type Peer, type Ref, type Store, ttl } from './store.ts'

type Reads = Pick<
  Store,
  | 'get'
  | 'find'
  | 'getNamed'
  | 'findNamed'
  | 'list'
  | 'some'
  | 'names'
  | 'nodesOf'
  | 'nodesAt'
  | 'raw'
  | 'uses'
  | 'usedBy'
  | 'findMac'
  | 'macOf'
  | 'macs'
  | 'also'
  | 'alsoOf'
  | 'learned'
  | 'learnedAt'
  | 'peers'
  | 'peersSince'
  | 'peerNamed'
  | 'boots'
  | 'lastBoot'
  | 'lastBoots'
  | 'report'
  | 'headReports'
  | 'history'
  | 'historyOf'
  | 'dump'
>

/** All reading methods; `now` decides what is too old to be remembered. */
export function readsOf(reader: Reader, now: () => Date): Reads {
  return {
    ...objectReads(reader),
    ...linkReads(reader),
    ...macReads(reader),
    ...expiringReads(reader, now),
    ...recordReads(reader),
    ...historyReads(reader),
  }
}

function objectReads(reader: Reader) {
  async function find<K extends Kind>(kind: K, id: Id): Promise<Objects[K] | undefined> {
    const [document] = await reader.find(kind, { _id: new ObjectId(id) }, 'object')
    return document && readObject(kind, document)
  }
  async function findNamed<K extends Kind>(kind: K, name: string): Promise<Objects[K] | undefined> {
    const objects = await listed(kind, { name })
    return objects[0]
  }
  async function listed<K extends Kind>(kind: K, where?: Where): Promise<Objects[K][]> {
    const documents = await reader.find(kind, where, 'object')
    return documents.map(objectReader(kind)).sort(byName)
  }
  return {
    find,
    findNamed,
    get: async <K extends Kind>(kind: K, id: Id) => (await find(kind, id)) ?? missing(kind, `with id ${id}`),
    getNamed: async <K extends Kind>(kind: K, name: string) =>
      (await findNamed(kind, name)) ?? missing(kind, `"${name}"`),
    list: <K extends Kind>(kind: K) => listed(kind),
    some: async <K extends Kind>(kind: K, ids: readonly Id[]) => {
      const found = await reader.some(kind, ids.map(ObjectId.createFromHexString), 'object')
      const objects = new Map(found.map(objectReader(kind)).map((object) => [object.id, object]))
      return ids.flatMap((id) => objects.get(id) ?? [])
    },
    names: async (kind: Kind) => {
      const documents = await reader.find(kind, undefined, 'name')
      return documents.map(({ name }) => (typeof name === 'string' ? name : '')).sort(byBytes)
    },
    nodesOf: (group: Id) => listed('node', { 'group.$id': new ObjectId(group) }),
    nodesAt: (switchId: Id) => listed('node', { 'switch.$id': new ObjectId(switchId) }),
    raw: async (kind: Kind, id: Id) => {
      const [document] = await reader.find(kind, { _id: new ObjectId(id) }, 'whole')
      return document ? copyOf(document) : missing(kind, `with id ${id}`)
    },
    dump: (what?: { readonly records: boolean }) => dump(reader, what),
  }
}

/** All collections, one after the other. */
export async function dump(reader: Reader, what = { records: false }): Promise<Dump> {
  const names = [...(await reader.collections()), ...(what.records ? Object.values(records) : [])]
  const collections = names.sort(byBytes)
  const all: Record<string, Document[]> = {}
  for (const name of collections) {
    const found = (await reader.find(name, undefined, 'whole')).map(copyOf)
    const documents = name === 'node' && !what.records ? found.map(inventoryOf) : found
    if (documents.length > 0) all[name] = documents.sort(byNameOrId)
  }
  return all
}

/** A node without that it is armed, and what its BMC was given: what happened, and no inventory. */
function inventoryOf({ armed: _armed, bmc_set: _set, ...rest }: Document): Document {
  return rest
}

function linkReads(reader: Reader) {
  async function links(side: '_use_' | '_usedby_', ref: Ref): Promise<Link[]> {
    const [document] = await reader.find(ref.kind, { _id: new ObjectId(ref.id) }, 'whole')
    return document ? linksIn(document[side]) : missing(ref.kind, `with id ${ref.id}`)
  }
  return { uses: (ref: Ref) => links('_use_', ref), usedBy: (ref: Ref) => links('_usedby_', ref) }
}

function linksIn(side: unknown): Link[] {
  const maps = isMap(side) ? side : {}
  return kinds.flatMap((kind) => {
    const counts = maps[kind]
    return Object.entries(isMap(counts) ? counts : {}).flatMap(([key, value]) => {
      const id = idOf(key)
      return id ? [{ kind, id, count: numberOf(value) ?? 0 }] : []
    })
  })
}

function expiringReads(reader: Reader, now: () => Date) {
  const peersIn = (documents: Document[]) =>
    remembered(
      documents.flatMap((document) => readPeer(document) ?? []),
      now(),
      ttl.peers,
      peerKey,
    )
  const peersWhere = async (where?: Where) => peersIn(await reader.find('tracker', where))
  async function learnedWhere(where?: Where): Promise<Learned[]> {
    const seen = (await reader.find('switch_mac', where)).flatMap((document) => readLearned(document) ?? [])
    return remembered(seen, now(), ttl.learned, learnedKey)
  }
  return {
    learned: (mac?: Mac) => learnedWhere(mac && { mac }),
    learnedAt: (id: Id, port: string) => learnedWhere({ switch_id: new ObjectId(id), port }),
    peers: (infoHash?: string) => peersWhere(infoHash === undefined ? undefined : { info_hash: infoHash }),
    peersSince: async (infoHash: string | undefined, time: Date) => {
      const where = infoHash === undefined ? {} : { info_hash: infoHash }
      return peersIn(await reader.since('tracker', where, time))
    },
    peerNamed: async (peerId: string) => (await peersWhere({ peer_id: peerId }))[0],
  }
}

/** Loaded when it is asked for: hardly any command does. */
function historyReads(reader: Reader) {
  return {
    history: async () => await (await import('./history/read.ts')).entriesIn(reader),
    historyOf: async (number: number) => await (await import('./history/read.ts')).entryIn(reader, number),
  }
}

function recordReads(reader: Reader) {
  const lastBoot = async (node: Id) => (await reader.find(records.lastBoots, byNodeId(node))).map(readBoot)[0]
  return {
    lastBoot,
    lastBoots: async (only?: readonly Id[]) => {
      const ids = only?.map(ObjectId.createFromHexString)
      const documents = await (ids ? reader.some(records.lastBoots, ids) : reader.find(records.lastBoots))
      return new Map(documents.map(readLastBoot).filter((one) => one !== undefined))
    },
    boots: async (node: Id) => {
      const [last, past] = [await lastBoot(node), await reader.find(records.pastBoots, ofNode(node))]
      const boots = [last, ...past.map(readBoot)].filter((boot) => boot !== undefined)
      return boots.sort((a, b) => b.number - a.number).slice(0, mostBoots)
    },
    report: async (node: Id) => (await reader.find(records.reports, byNodeId(node))).map(readReport)[0],
    headReports: async (topic: ReportTopic) => {
      const all = (await reader.find(records.heads)).map(readHeadReport).filter((one) => one !== undefined)
      return all.filter((one) => one.topic === topic).sort((a, b) => byBytes(a.head, b.head))
    },
  }
}

/**
 * What is not too old, newest first; of two records with one key, which two writers may have made, the newer.
 */
function remembered<T extends { readonly updated: Date }>(
  items: T[],
  now: Date,
  life: number,
  keyOf: (item: T) => string,
): T[] {
  const keys = new Set<string>()
  const fresh = items.filter((item) => now.getTime() - item.updated.getTime() < life)
  return fresh
    .sort((a, b) => b.updated.getTime() - a.updated.getTime())
    .filter((item) => keys.size < keys.add(keyOf(item)).size)
}

function peerKey({ infoHash, ip, port }: Peer): string {
  return `${infoHash} ${ip} ${port}`
}

function learnedKey(seen: Learned): string {
  return `${seen.switch} ${seen.mac} ${seen.port} ${seen.portname}`
}

function byName(a: { name: string; id: Id }, b: { name: string; id: Id }): number {
  return byBytes(a.name, b.name) || byBytes(a.id, b.id)
}

function byNameOrId(a: Document, b: Document): number {
  const names = [a.name, b.name].map((name: unknown) => (typeof name === 'string' ? name : ''))
  return byBytes(names[0] ?? '', names[1] ?? '') || byId(a, b)
}

function missing(kind: Kind, which: string): never {
  throw new LunaError('not-found', `there is no ${kind} ${which}`, {
    fix: kind === 'cluster' ? 'make one: luna cluster init' : `see what there is: luna ${kind} list`,
  })
}
