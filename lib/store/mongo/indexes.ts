// The indexes that Luna wants in MongoDB. None is unique unless it is asked for: the databases of the first Luna may hold
// duplicates.
import type { Collection, Db, IndexDescription, IndexDescriptionInfo } from 'mongodb'
import { kinds } from '../../object/field.ts'
import { indexesOf } from '../backend.ts'
import { ttl } from '../store.ts'
import { isDuplicate } from './client.ts'

/**
 * Makes the indexes that are missing. They only make things faster: where one cannot be made, it works without. The one by
 * name has the _id after it: so it can stand beside a unique one.
 */
export async function makeIndexes(database: Db): Promise<void> {
  const collections = [...kinds, 'mac', 'switch_mac', 'tracker'].map((name) => database.collection(name))
  const missing = await Promise.all(collections.map(missingIn))
  for (const [at, collection] of collections.entries()) {
    for (const index of missing[at] ?? []) await collection.createIndexes([index]).catch(() => undefined)
  }
}

async function missingIn(collection: Collection): Promise<IndexDescription[]> {
  const present = new Set((await indexesIn(collection)).map(keyText))
  return descriptions(collection.collectionName).filter((index) => !present.has(keyText(index)))
}

/** What is there; a collection that is not there has none. */
async function indexesIn(collection: Collection): Promise<IndexDescriptionInfo[]> {
  try {
    return await collection.indexes()
  } catch {
    return []
  }
}

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
export async function makeUnique(collection: Collection, unique: boolean): Promise<boolean> {
  const index = { key: { name: 1 }, name: `luna_${collection.collectionName}_name`, unique: true } as const
  const present = (await indexesIn(collection)).find((one) => keyText(one) === keyText(index))
  if (Boolean(present?.unique) === unique) return true
  // An index cannot be changed, and some servers take only one of a kind.
  if (present?.name) await collection.dropIndex(present.name)
  if (!unique) return true
  try {
    await collection.createIndexes([index])
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
