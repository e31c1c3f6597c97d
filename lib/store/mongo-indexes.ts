// The indexes that Luna wants in MongoDB. None is unique: the databases of the first Luna may hold duplicates.
import type { Db, IndexDescription } from 'mongodb'
import { kinds } from '../object/field.ts'
import { indexesOf } from './backend.ts'
import { shelfLife } from './store.ts'

/** Makes the indexes that are missing. They only make things faster: where one cannot be made, it works without. */
export async function makeIndexes(database: Db): Promise<void> {
  const collections = [...kinds, 'mac', 'switch_mac', 'tracker']
  const wanted = collections.flatMap((name) => descriptions(name).map((index) => ({ name, index })))
  await Promise.allSettled(wanted.map(({ name, index }) => database.collection(name).createIndexes([index])))
}

function descriptions(collection: string): IndexDescription[] {
  const indexes: IndexDescription[] = indexesOf(collection).map((paths) => ({
    key: Object.fromEntries(paths.map((path) => [path, 1])),
  }))
  const life = { switch_mac: shelfLife.learned, tracker: shelfLife.peers }[collection]
  if (life !== undefined) indexes.push({ key: { updated: 1 }, expireAfterSeconds: life / 1000 })
  return indexes
}
