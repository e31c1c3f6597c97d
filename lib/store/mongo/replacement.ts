// A whole database in place of another one. On a server without transactions the new documents are put into
// collections of their own first: what the server refuses shows then, while nothing has changed. Then
// collections change their names. A replica set takes all of it in one transaction, if it is not too large.
import { calculateObjectSize } from 'bson'
import type { Collection, Db } from 'mongodb'
import { LunaError } from '../../error.ts'
import { lunas, type Write } from '../backend.ts'
import { runsOf } from './bulk.ts'
import { codeOf, codes } from './errors.ts'
import { indexesIn } from './indexes.ts'
import type { Step } from './steps.ts'

const incoming = 'luna_new.'
const outgoing = 'luna_old.'

/** True when writes put a whole database in place of another one. */
export function isReplacement(writes: readonly Write[]): boolean {
  return writes.some(({ op }) => op === 'clear')
}

/** Stores the new documents beside the old ones; gives the steps that exchange them. */
export async function stageReplacement(database: Db, writes: readonly Write[]): Promise<Step[]> {
  await dropStaged(database)
  const cleared = writes.flatMap((write) => (write.op === 'clear' ? [write.collection] : []))
  const inserts = writes.filter(({ op }) => op === 'insert')
  const others = writes.filter(({ op }) => op !== 'insert' && op !== 'clear')
  const filled = [...new Set(inserts.map(({ collection }) => collection))]
  for (const name of filled) await makeLike(database, name, incoming + name)
  for (const { collection, operations } of runsOf(inserts)) {
    await database.collection(incoming + collection).bulkWrite(operations)
  }
  return [
    ...cleared.map((name): Step => ({ op: 'rename', collection: name, to: outgoing + name })),
    ...filled.map((name): Step => ({ op: 'rename', collection: incoming + name, to: name })),
    ...others,
  ]
}

/** Removes what a replacement has left: the old database, or a new one that never took its place. */
export async function dropStaged(database: Db): Promise<void> {
  for (const { name } of await database.listCollections({}, { nameOnly: true }).toArray()) {
    if (name.startsWith(incoming) || name.startsWith(outgoing)) await database.collection(name).drop()
  }
}

/**
 * What to say when a replica set has ended a replacement for its size or its time; undefined where that was
 * not why. Nothing has changed then.
 */
export function tooLarge(error: unknown, writes: readonly Write[]): LunaError | undefined {
  if (!isReplacement(writes) || !codes.largeTransaction.includes(codeOf(error) ?? 0)) return undefined
  const sizes = new Map<string, number>()
  for (const write of writes) {
    if (write.op !== 'insert') continue
    const size = calculateObjectSize(write.document)
    sizes.set(write.collection, (sizes.get(write.collection) ?? 0) + size)
  }
  const largest = [...sizes].sort(([, one], [, other]) => other - one)
  const mebibytes = (size: number) => `${Math.ceil(size / 2 ** 20)} MiB`
  const foreign = [...sizes.keys()].filter((name) => !lunas.includes(name))
  return new LunaError(
    'failed',
    'MongoDB ended the transaction with the whole database: nothing was changed',
    {
      why: `it is too large: ${largest.map(([name, size]) => `${name} has ${mebibytes(size)}`).join(', ')}`,
      fix: foreign.length
        ? `leave out what is not of Luna (${foreign.join(', ')}), and put it into a database of its own`
        : 'try again when MongoDB has less to do, or give it more memory (storage.wiredTiger.engineConfig.cacheSizeGB)',
      cause: error,
    },
  )
}

/** An empty collection with the settings and the indexes of another one, if there is that. */
async function makeLike(database: Db, name: string, like: string): Promise<void> {
  const all = await database.listCollections().toArray()
  const present = all.find((one) => one.name === name)
  const options = present && 'options' in present ? present.options : {}
  const made: Collection = await database.createCollection(like, options)
  const indexes = await indexesIn(database.collection(name))
  for (const { v: _version, ...index } of indexes) {
    if (index.name !== '_id_') await made.createIndexes([index])
  }
}
