// Writes as MongoDB takes them.
import type { Document, ObjectId } from 'bson'
import type { AnyBulkWriteOperation } from 'mongodb'
import type { Values, Write } from '../backend.ts'
import { keyFields } from '../bson/expiring.ts'

/** Writes that one call takes: in a row, to one collection, and inserts apart from others. */
export interface Run {
  readonly collection: string
  readonly inserts: boolean
  readonly operations: AnyBulkWriteOperation[]
}

/**
 * All writes, in their order, in as few calls as that allows. `guarded`: an update changes nothing where the
 * document has other values than its unit of work found.
 */
export function runsOf(writes: readonly Write[], guarded = false): Run[] {
  const runs: Run[] = []
  for (const write of writes) {
    const { collection } = write
    const inserts = write.op === 'insert'
    const last = runs.at(-1)
    const next = operation(write, guarded)
    if (last?.collection === collection && last.inserts === inserts) last.operations.push(next)
    else runs.push({ collection, inserts, operations: [next] })
  }
  return runs
}

function operation(write: Write, guarded: boolean): AnyBulkWriteOperation {
  switch (write.op) {
    case 'insert':
      return { insertOne: { document: write.document } }
    case 'update': {
      const filter = { _id: write.id as ObjectId, ...(guarded && write.was && conditions(write.was)) }
      return { updateOne: { filter, update: updateOf(write.set, write.unset) } }
    }
    case 'upsert': {
      const { _id, ...fresh } = keyFields(write.key)
      const update = {
        $set: write.set,
        ...(Object.keys(fresh).length > 0 && { $setOnInsert: fresh }),
      }
      return { updateOne: { filter: write.key, update, upsert: true } }
    }
    case 'remove':
      return { deleteMany: { filter: write.where } }
    case 'expire':
      return { deleteMany: { filter: { updated: { $lt: write.before } } } }
    case 'clear':
      return { deleteMany: { filter: {} } }
    case 'append': {
      const filter = { _id: write.id as unknown as ObjectId }
      const update: Document = { $push: { entries: { $each: [write.entry], $slice: -write.most } } }
      return { updateOne: { filter, update, upsert: true } }
    }
    default:
      return write satisfies never
  }
}

function conditions({ set, unset }: Values): Document {
  return Object.fromEntries([
    ...Object.entries(set).map(([path, value]) => [path, { $eq: value }]),
    ...unset.map((path) => [path, { $exists: false }]),
  ]) as Document
}

function updateOf(set: Readonly<Record<string, unknown>>, unset: readonly string[]): Document {
  const $unset = Object.fromEntries(unset.map((path) => [path, '']))
  return { ...(Object.keys(set).length > 0 && { $set: set }), ...(unset.length > 0 && { $unset }) }
}
