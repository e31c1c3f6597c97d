// The one implementation of a store, over whichever engine keeps the documents.
import { type Document, ObjectId } from 'bson'
import type { BmcMark, Id, Kind, Status } from '../object/field.ts'
import type { Mac } from '../object/net/mac.ts'
import type { Change, New } from '../object/objects.ts'
import type { HeadReport } from '../object/record/head-report.ts'
import type { Report } from '../object/record/report.ts'
import type { Backend, Write } from './backend.ts'
import { batching, sharing } from './batch.ts'
import { learnedWrite, peerWrite } from './bson/expiring.ts'
import { bootWrite, headReportWrite, reportWrite } from './bson/records.ts'
import type { Author } from './history/change.ts'
import type { Keeper } from './history/keep.ts'
import { dump, readsOf } from './reads.ts'
import { type Dump, type KeptBoot, type Learned, type Peer, type Ref, type Store, ttl } from './store.ts'
import { newVersion, readChanges, readVersions } from './version.ts'

export interface StoreOptions {
  /** The clock; decides what is too old to be remembered. */
  readonly now?: () => Date
  /**
   * Who gives the command that works with the store: what it changes is kept. Asked when something has
   * changed.
   */
  readonly by?: () => Promise<Author>
}

// How often a write of expiring documents also removes the expired ones, in milliseconds.
const sweepEvery = 60_000

// How often a dump is tried while others change the database.
const dumpTries = 3

/** The store whose documents an engine keeps. */
export function makeStore(backend: Backend, { now = () => new Date(), by }: StoreOptions = {}): Store {
  const apply = batching(backend)
  let keep: Keeper | undefined
  // Loaded when it is used: most commands only read.
  async function transaction<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const { historyKeeper, runUnit } = await import('./transaction/run.ts')
    keep ??= by && historyKeeper(by, now)
    return await runUnit(backend, { now, keep }, work)
  }
  return {
    where: backend.where,
    ...readsOf(backend, now),
    dump: (what) => settledDump(backend, transaction, what),
    ...loneWrites(transaction),
    ...directWrites(apply, now),
    transaction,
    versions: sharing(() => readVersions(backend)),
    changesSince: (versions) => readChanges(backend, versions),
    makeNamesUnique: async () => (await import('./unique.ts')).makeNamesUnique(backend),
    advice: () => backend.advice(),
    close: () => backend.close(),
  }
}

/**
 * All collections as they are between two transactions. Where changes come all the time, they have to wait
 * for it.
 */
async function settledDump(
  backend: Backend,
  transaction: Store['transaction'],
  what: { readonly records: boolean } | undefined,
): Promise<Dump> {
  for (let tries = 0; tries < dumpTries; tries++) {
    const before = await readVersions(backend)
    const all = await dump(backend, what)
    const after = await readVersions(backend)
    if (after.objects === before.objects && after.macs === before.macs) return all
  }
  return await transaction((tx) => tx.dump(what))
}

/** Writes that read first are units of work of their own. */
function loneWrites(transaction: Store['transaction']) {
  return {
    insert: <K extends Kind>(kind: K, object: New<K>) => transaction((store) => store.insert(kind, object)),
    update: <K extends Kind>(kind: K, id: Id, change: Change<K>) =>
      transaction((store) => store.update(kind, id, change)),
    putBack: (kind: Kind, id: Id, fields: Document) =>
      transaction((store) => store.putBack(kind, id, fields)),
    remove: (kind: Kind, id: Id) => transaction((store) => store.remove(kind, id)),
    link: (user: Ref, used: Ref, times?: number) => transaction((store) => store.link(user, used, times)),
    unlink: (user: Ref, used: Ref, times?: number) => transaction((store) => store.unlink(user, used, times)),
    dropLink: (side: 'uses' | 'usedBy', of: Ref, other: Ref) =>
      transaction((store) => store.dropLink(side, of, other)),
    setMac: (node: Id, mac: Mac) => transaction((store) => store.setMac(node, mac)),
    setAlso: (node: Id, macs: readonly Mac[]) => transaction((store) => store.setAlso(node, macs)),
    clearMac: (node: Id) => transaction((store) => store.clearMac(node)),
    restore: (dump: Dump) => transaction((store) => store.restore(dump)),
    drop: () => transaction((store) => store.drop()),
  }
}

/** Single writes, which do not wait for transactions. */
function directWrites(apply: Backend['apply'], now: () => Date) {
  const swept = new Map<string, number>()
  function sweep(collection: string, life: number): Write[] {
    const time = now().getTime()
    if (time - (swept.get(collection) ?? 0) < sweepEvery) return []
    swept.set(collection, time)
    return [{ op: 'expire', collection, before: new Date(time - life) }]
  }
  const record = (writes: readonly Write[], nodes: readonly Id[] = []) =>
    apply([...writes, ...newVersion('records', nodes)])
  return {
    disarm: (node: Id) =>
      apply([{ op: 'update', collection: 'node', id: new ObjectId(node), set: {}, unset: ['armed'] }]),
    markBmc: (node: Id, bmc_set: BmcMark) =>
      apply([{ op: 'update', collection: 'node', id: new ObjectId(node), set: { bmc_set }, unset: [] }]),
    setStatus: (node: Id, { step, time }: Status) =>
      apply([
        {
          op: 'update',
          collection: 'node',
          id: new ObjectId(node),
          set: { status: { step, time } },
          unset: [],
        },
      ]),
    learn: (seen: readonly Learned[]) =>
      apply([...seen.map(learnedWrite), ...sweep('switch_mac', ttl.learned)]),
    forget: (mac: Mac) => apply([{ op: 'remove', collection: 'switch_mac', where: { mac } }]),
    keepBoots: (boots: readonly KeptBoot[]) =>
      record(
        boots.map(bootWrite),
        boots.map(({ node }) => node),
      ),
    keepReport: (node: Id, report: Report) => record([reportWrite(node, report)]),
    keepHeadReport: (report: HeadReport) => record([headReportWrite(report)]),
    announce: (peer: Peer) => apply([peerWrite(peer), ...sweep('tracker', ttl.peers)]),
  }
}
