// The indexes that Luna wants in MongoDB. None is unique unless it is asked for: the databases of the first
// Luna may hold duplicates.
import type { Collection, Db, IndexDescription, IndexDescriptionInfo } from 'mongodb'
import { kinds } from '../../object/field.ts'
import { alsoMacs, bookkeeping, indexesOf, records, type Write } from '../backend.ts'
import { ttl } from '../store.ts'
import { codeOf, isDuplicate } from './errors.ts'

/** What is remembered of the indexes in `luna_version`, so that not every command looks for them. */
interface IndexMark {
  readonly _id: string
  /** The indexes that are all there, as text. */
  readonly made?: string
  /** When a process began to make them, and why it could not. */
  readonly tried?: Date
  readonly why?: string | null
}

/**
 * How indexes are built: as `commitQuorum` of createIndexes, a replica set waits for no member but the
 * primary.
 */
export interface BuildOptions {
  readonly commitQuorum?: 1
  readonly maxTimeMS: number
}

/** A build that takes longer goes wrong; a new one is tried after an hour. In milliseconds. */
const buildLimit = 10_000
const tryEvery = 3_600_000

const collections = [...kinds, 'mac', 'switch_mac', 'tracker', records.pastBoots]
const wanted = JSON.stringify(collections.map((name) => [name, ...descriptions(name)]))
const mark = { _id: 'indexes' }

export function buildOptions(replicaSet: boolean): BuildOptions {
  return { ...(replicaSet && { commitQuorum: 1 }), maxTimeMS: buildLimit }
}

/**
 * Makes the missing indexes, unless that was done already or tried within the hour. They only make things
 * faster: where one cannot be made, the rest is left for later, and the mark says why. Never rejects.
 */
export async function makeIndexes(database: Db, options: BuildOptions): Promise<void> {
  const marks = marksIn(database)
  try {
    const seen = await marks.findOne(mark)
    if (seen?.made === wanted || (seen?.tried && Date.now() - seen.tried.getTime() < tryEvery)) return
    await note(marks, { tried: new Date() })
    for (const name of collections) {
      const missing = await missingIn(database.collection(name))
      for (const index of missing) await database.collection(name).createIndexes([index], options)
    }
    await note(marks, { made: wanted, why: null })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    await note(marks, { why }).catch(() => undefined)
  }
}

/**
 * Makes the indexes of a collection that is there only when something is in it, after writes that may have
 * made it. Never rejects.
 */
export async function makeLateIndexes(
  database: Db,
  writes: readonly Write[],
  options: BuildOptions,
): Promise<void> {
  if (!writes.some((write) => write.op === 'insert' && write.collection === alsoMacs)) return
  const build = database.collection(alsoMacs).createIndexes(descriptions(alsoMacs), options)
  await build.catch(() => undefined)
}

/** Why indexes are missing; undefined where none are, or nobody has tried to make them. */
export async function whyNoIndexes(database: Db): Promise<string | undefined> {
  return (await marksIn(database).findOne(mark))?.why ?? undefined
}

/** Has the next process look for missing indexes again. */
export async function forgetIndexes(database: Db): Promise<void> {
  await marksIn(database).deleteOne(mark)
}

function marksIn(database: Db): Collection<IndexMark> {
  return database.collection<IndexMark>(bookkeeping.versions)
}

async function note(marks: Collection<IndexMark>, fields: Omit<IndexMark, '_id'>): Promise<void> {
  await marks.updateOne(mark, { $set: fields }, { upsert: true, writeConcern: { w: 1 } })
}

async function missingIn(collection: Collection): Promise<IndexDescription[]> {
  const present = new Set((await indexesIn(collection)).map(keyText))
  return descriptions(collection.collectionName).filter((index) => !present.has(keyText(index)))
}

/** What is there; a collection that is not there has none. */
export async function indexesIn(collection: Collection): Promise<IndexDescriptionInfo[]> {
  try {
    return await collection.indexes()
  } catch {
    return []
  }
}

/** The index by name has the _id after it: so it can stand beside a unique one. */
function descriptions(collection: string): IndexDescription[] {
  const indexes: IndexDescription[] = indexesOf(collection).map((paths) => ({
    key: Object.fromEntries([...paths, ...(paths[0] === 'name' ? ['_id'] : [])].map((path) => [path, 1])),
  }))
  const life = { switch_mac: ttl.learned, tracker: ttl.peers }[collection]
  if (life !== undefined) indexes.push({ key: { updated: 1 }, expireAfterSeconds: life / 1000 })
  return indexes
}

function keyText({ key }: Pick<IndexDescription, 'key'>): string {
  return JSON.stringify(key)
}

/** Makes names unique in a collection, or no longer; false when they are not. */
export async function makeUnique(
  collection: Collection,
  unique: boolean,
  options: BuildOptions,
): Promise<boolean> {
  const index = { key: { name: 1 }, name: `luna_${collection.collectionName}_name`, unique: true } as const
  const byName = (await indexesIn(collection)).filter((one) => keyText(one) === keyText(index))
  if (!unique) {
    for (const { name, unique: own } of byName) if (own && name) await collection.dropIndex(name)
    return true
  }
  if (byName.some(isWholeUnique)) return true
  const build = (one: IndexDescription) => collection.createIndexes([one], options)
  try {
    await build(index).catch(async (error: unknown) => {
      const [{ v: _version, ...old } = { v: 0 }] = byName
      if (!conflicts.includes(codeOf(error) ?? 0) || !('key' in old) || !old.name) throw error
      // Servers before 5.0 take only one index of a key.
      await collection.dropIndex(old.name)
      await build(index).catch(async (again: unknown) => {
        await build(old)
        throw again
      })
    })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

// IndexOptionsConflict, IndexKeySpecsConflict.
const conflicts = [85, 86]

/** Of all documents, and by their bytes. */
function isWholeUnique({
  unique,
  sparse,
  partialFilterExpression,
  collation,
}: IndexDescriptionInfo): boolean {
  return Boolean(unique) && !sparse && !partialFilterExpression && !collation
}
