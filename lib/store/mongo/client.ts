// The connection to MongoDB: options from luna.conf, and what to say when it does not work.
import {
  MongoBulkWriteError,
  MongoClient,
  type MongoClientOptions,
  MongoCompatibilityError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
} from 'mongodb'
import type { MongoConfig } from '../../config.ts'
import { LunaError } from '../../error.ts'

// After so many milliseconds a server counts as not there; after so many more as one that does not answer. The members of a
// replica set may take 12 seconds to miss their primary and to elect another one.
const reachWithin = 2000
const electWithin = 20_000
const answerWithin = 30_000

/** Connects. Rejects with LunaError `unavailable`. */
export async function connectMongo(config: MongoConfig, file: string): Promise<MongoClient> {
  try {
    const client = new MongoClient(`mongodb://${config.server}/`, clientOptions(config))
    await client.connect()
    return client
  } catch (error) {
    throw explained(config, file, error)
  }
}

/**
 * The options of the driver. User and password count only together; the password never becomes part of a URL. One
 * server without a replica set is talked to as it is, whatever it says of itself. As in the first Luna, TLS without a CA
 * does not verify the certificate.
 */
export function clientOptions(config: MongoConfig): MongoClientOptions {
  const { server, replicaset, authdb, user, password, tls, caFile } = config
  const tx = !replicaset && !server.includes(',')
  return {
    appName: 'luna',
    serverSelectionTimeoutMS: tx ? reachWithin : electWithin,
    connectTimeoutMS: reachWithin,
    socketTimeoutMS: answerWithin,
    writeConcern: { w: 'majority' },
    ...(replicaset && { replicaSet: replicaset }),
    ...(tx && { directConnection: true }),
    ...(user && password && { auth: { username: user, password } }),
    ...(user && password && authdb && { authSource: authdb }),
    ...(tls && { tls: true, ...(caFile ? { tlsCAFile: caFile } : { tlsAllowInvalidCertificates: true }) }),
  }
}

/** What the driver says, as an error for people: which store, why, and the ways out. Other errors stay what they are. */
export function explain(config: MongoConfig, file: string, error: unknown): unknown {
  return error instanceof MongoError ? explained(config, file, error) : error
}

function explained(config: MongoConfig, file: string, error: unknown): LunaError {
  const why = error instanceof Error ? error.message : String(error)
  if (isDuplicate(error)) {
    return new LunaError('taken', 'another program has made an object with the same name meanwhile', {
      why,
      fix: 'try again',
      cause: error,
    })
  }
  const what = `the MongoDB at ${config.server} cannot be used`
  return new LunaError('unavailable', what, { why, fix: wayOut(file, error), cause: error })
}

/**
 * Does once more what a primary that went away has cut off; for what may be done twice. The driver by itself does so for most
 * things, but not for the rest of a long read, nor for the removal of many.
 */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isCutOff(error)) throw error
    return await work()
  }
}

function isCutOff(error: unknown): boolean {
  if (error instanceof MongoNetworkError) return true
  return error instanceof MongoError && (error.hasErrorLabel(retryable) || leaving.includes(error.code))
}

/** True when the server has decided, so that the same again would fail again; false when it could not be asked. */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof MongoServerError) || error.hasErrorLabel(retryable)) return false
  if (leaving.includes(error.code)) return false
  // The driver wraps all that stops a bulk write, a lost connection as well: that has no code, and no writes that failed.
  return !(error instanceof MongoBulkWriteError) || error.code !== undefined || hasWriteErrors(error)
}

const retryable = 'RetryableWriteError'

// No primary (any more), or on its way down: 10107, 13435, 189, 91, 11600, 11602 (error_codes.yml of MongoDB).
const leaving: readonly unknown[] = [10107, 13435, 189, 91, 11600, 11602]

function hasWriteErrors({ writeErrors }: MongoBulkWriteError): boolean {
  return [writeErrors].flat().length > 0
}

/** True when all that went wrong is that documents with the same _id were there already. */
export function isKnown(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError)) return false
  const errors = [error.writeErrors].flat()
  return (
    errors.length > 0 &&
    errors.every(({ code, errmsg }) => code === duplicateKey && /\b_id_?\b/.test(errmsg ?? ''))
  )
}

/** True when the server refused something because of a unique index. */
export function isDuplicate(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && error.code === duplicateKey
}

// A unique index is violated.
const duplicateKey = 11000

// Authentication failed; not authorized.
const accessCodes: readonly unknown[] = [18, 13]

function wayOut(file: string, error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if ([error, cause].some((one) => one instanceof MongoCompatibilityError))
    return 'upgrade MongoDB to 4.4 or later'
  if (error instanceof MongoServerError && accessCodes.includes(error.code)) {
    return `correct user, password and authdb of [MongoDB] in ${file}`
  }
  return `start MongoDB, or name an embedded store in ${file}: [Embedded] path=/var/lib/luna/luna.db`
}
