// The writing half of a store: every method as changes of a unit of work.
import { type Document, ObjectId } from 'bson'
import { LunaError } from '../../error.ts'
import type { BmcMark, Id, Kind, Status } from '../../object/field.ts'
import { nameTaken } from '../../object/name.ts'
import type { Change, New } from '../../object/objects.ts'
import type { Write } from '../backend.ts'
import { keyFields, learnedWrite, peerWrite } from '../bson/expiring.ts'
import { changedFields, documentId, formerDocument, newDocument } from '../bson/object-codec.ts'
import { forgetWrites } from '../bson/records.ts'
import type { Dump, Learned, Peer, Ref, Store } from '../store.ts'
import { macWrites } from './mac-writes.ts'
import type { Side, UnitOfWork } from './unit-of-work.ts'

export type Writes = Pick<
  Store,
  | 'insert'
  | 'update'
  | 'putBack'
  | 'remove'
  | 'link'
  | 'unlink'
  | 'dropLink'
  | 'setMac'
  | 'setAlso'
  | 'clearMac'
  | 'setStatus'
  | 'disarm'
  | 'markBmc'
  | 'learn'
  | 'forget'
  | 'announce'
  | 'restore'
  | 'drop'
>

/** All writing methods. */
export function writesOf(unit: UnitOfWork): Writes {
  return { ...objectWrites(unit), ...linkWrites(unit), ...macWrites(unit), ...expiringWrites(unit) }
}

function objectWrites(unit: UnitOfWork) {
  return {
    insert: async <K extends Kind>(kind: K, object: New<K>): Promise<Id> => {
      await checkFree(unit, kind, object.name)
      const document = newDocument(kind, object)
      unit.insert(kind, document)
      return documentId(document)
    },
    update: async <K extends Kind>(kind: K, id: Id, change: Change<K>): Promise<void> => {
      const [document] = await unit.find(kind, { _id: new ObjectId(id) })
      if (!document) throw gone(kind, id)
      const name: unknown = 'name' in change ? change.name : undefined
      if (typeof name === 'string' && name !== document.name) await checkFree(unit, kind, name)
      await unit.set(kind, id, changedFields(kind, change, document))
    },
    putBack: async (kind: Kind, id: Id, fields: Document): Promise<void> => {
      const [document] = await unit.find(kind, { _id: new ObjectId(id) })
      const name: unknown = fields.name
      if (typeof name === 'string' && name !== document?.name) await checkFree(unit, kind, name)
      if (document) await unit.set(kind, id, fields)
      else unit.insert(kind, formerDocument(kind, id, fields))
    },
    remove: async (kind: Kind, id: Id): Promise<void> => {
      await unit.remove(kind, { _id: new ObjectId(id) })
      if (kind === 'node') unit.later(forgetWrites(id))
    },
    restore: (dump: Dump) => unit.replace(dump),
    drop: () => unit.replace({}),
    disarm: async (node: Id): Promise<void> => {
      await unit.set('node', node, { armed: null })
    },
    markBmc: async (node: Id, mark: BmcMark): Promise<void> => {
      await unit.set('node', node, { bmc_set: { ...mark } })
    },
    setStatus: async (node: Id, status: Status): Promise<void> => {
      await unit.set('node', node, { status: { step: status.step, time: status.time } })
    },
  }
}

function gone(kind: Kind, id: Id): LunaError {
  return new LunaError('not-found', `the ${kind} with id ${id} is gone`, {
    fix: `see what there is: luna ${kind} list`,
  })
}

async function checkFree(unit: UnitOfWork, kind: Kind, name: string): Promise<void> {
  const [other] = await unit.find(kind, { name })
  if (!other) return
  throw nameTaken(kind, name)
}

function linkWrites(unit: UnitOfWork) {
  return {
    link: async (user: Ref, used: Ref, times = 1): Promise<void> => {
      const counts = [await unit.count('_use_', user, used), await unit.count('_usedby_', used, user)]
      const [uses, usedBy] = counts
      if (uses === undefined || usedBy === undefined) {
        const lost = uses === undefined ? user : used
        throw gone(lost.kind, lost.id)
      }
      await unit.setCount('_use_', user, used, uses + times)
      await unit.setCount('_usedby_', used, user, usedBy + times)
    },
    // Where the two sides differ (damaged data), the user's own counts; what it used may be gone.
    unlink: async (user: Ref, used: Ref, times = 1): Promise<void> => {
      const uses = (await unit.count('_use_', user, used)) ?? 0
      if (uses < times) throw notLinked(user, used, uses, times)
      const usedBy = (await unit.count('_usedby_', used, user)) ?? 0
      await unit.setCount('_use_', user, used, uses - times)
      await unit.setCount('_usedby_', used, user, Math.max(0, usedBy - times))
    },
    dropLink: (side: 'uses' | 'usedBy', of: Ref, other: Ref) => {
      const field: Side = side === 'uses' ? '_use_' : '_usedby_'
      return unit.setCount(field, of, other, 0)
    },
  }
}

function notLinked(user: Ref, used: Ref, uses: number, times: number): LunaError {
  return new LunaError(
    'invalid',
    `${user.kind} ${user.id} does not use ${used.kind} ${used.id} ${times} times`,
    {
      why: `it is counted ${uses} times`,
      fix: 'look for what else differs: luna cluster check',
    },
  )
}

function expiringWrites(unit: UnitOfWork) {
  async function upsert({ collection, key, set }: Extract<Write, { op: 'upsert' }>): Promise<void> {
    const [present] = await unit.find(collection, key)
    if (present) await unit.set(collection, documentId(present), set)
    else unit.insert(collection, { _id: new ObjectId(), ...keyFields(key), ...set } as Document)
  }
  return {
    learn: async (seen: readonly Learned[]): Promise<void> => {
      for (const one of seen) await upsert(learnedWrite(one))
    },
    announce: (peer: Peer) => upsert(peerWrite(peer)),
  }
}
