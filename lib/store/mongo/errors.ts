// Errors of MongoDB by class: by the codes of its error_codes.yml, and by the labels and types of the driver.
import {
  MongoBulkWriteError,
  MongoCompatibilityError,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
} from 'mongodb'

/**
 * No primary any more, on its way down, or a connection that it broke: the driver's list for retryable
 * writes.
 */
const leaving = [6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]

/**
 * A cursor or plan was killed, by a failover or because an index or a collection went: the read may be
 * repeated.
 */
const cutReads = [43, 175, 237]

/**
 * Refusals of what is written: BadValue, FailedToParse, TypeMismatch, PathNotViable,
 * ConflictingUpdateOperators, names with dollars and empty names, ImmutableField, InvalidNamespace,
 * DocumentValidationFailure, CommandNotSupportedOnView, too large.
 */
const refusals = [
  2, 9, 14, 28, 40, 48, 52, 53, 55, 56, 57, 66, 73, 121, 166, 10334, 16755, 17280, 17419, 17420,
]

/** MaxTimeMSExpired, LockTimeout, WriteConflict. */
const waits = [24, 50, 112]

export const codes = {
  duplicate: 11000,
  namespaceMissing: 26,
  namespaceExists: 48,
  rights: 13,
  conflict: 112,
  /** UserNotFound, AuthenticationFailed. */
  login: [11, 18] as readonly number[],
  /** UserWritesBlocked. */
  blocked: 371,
  /** OutOfDiskSpace. */
  disk: [14031] as readonly number[],
  /** WriteConcernFailed (timed out), UnknownReplWriteConcern, UnsatisfiableWriteConcern. */
  noMajority: [64, 79, 100] as readonly number[],
  /**
   * NoSuchTransaction (ended after 60 seconds), TransactionTooLarge, TransactionExceededLifetimeLimitSeconds,
   * TransactionTooLargeForCache.
   */
  largeTransaction: [251, 257, 290, 388] as readonly number[],
} as const

/** The code that the server gave, of a bulk write that of its first write or of its write concern. */
export function codeOf(error: unknown): number | undefined {
  if (!(error instanceof MongoServerError)) return undefined
  const [first] = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : []
  if (first) return first.code
  const concern = error instanceof MongoBulkWriteError ? error.result.getWriteConcernError()?.code : undefined
  return concern ?? (typeof error.code === 'number' ? error.code : undefined)
}

/**
 * True when the server has refused what was to be written, so that it would refuse it again. Questions may
 * be refused by the same codes.
 */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error)
  return code === codes.duplicate || (code !== undefined && refusals.includes(code))
}

/** What the server said where the driver has put words of its own, without a code, in its place. */
export function originalOf(error: unknown): unknown {
  const original: unknown = error instanceof MongoServerError ? error.originalError : undefined
  return original instanceof MongoServerError ? original : error
}

/** True when a server is asked as a member of a replica set, and is none (IllegalOperation). */
export function isNoMember(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 20 && /transaction number/i.test(error.message)
}

/** True when a unique index is violated. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === codes.duplicate
}

/** True when all that went wrong is that documents with the same _id were there already. */
export function isKnown(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError)) return false
  const errors = [error.writeErrors].flat()
  return (
    errors.length > 0 && errors.every((one) => one.code === codes.duplicate && ofId.test(one.errmsg ?? ''))
  )
}

const ofId = /\b_id_?\b/

/** True when a connection or a primary went away, so that what may be done twice is worth another attempt. */
export function isCutOff(error: unknown): boolean {
  if (error instanceof MongoNetworkError) return true
  if (!(error instanceof MongoError)) return false
  if (error.hasErrorLabel(MongoErrorLabel.RetryableWriteError)) return true
  // The driver wraps what stops a bulk write, a lost connection as well: that has no code, and no writes that
  // failed.
  if (error instanceof MongoBulkWriteError && codeOf(error) === undefined) return true
  const code = codeOf(error)
  return code !== undefined && (leaving.includes(code) || cutReads.includes(code))
}

/** True when the server could not do it now: it did not answer in time, or a transaction is in the way. */
export function isTransient(error: unknown): boolean {
  if (error instanceof MongoNetworkTimeoutError) return true
  const code = codeOf(error)
  return code !== undefined && waits.includes(code)
}

/** True when a server answered that it could not, and not for being no primary. */
export function isAnswer(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && !leaving.includes(code)
}

/** True when the driver refuses the server because of its version. */
export function isTooOld(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return [error, cause].some((one) => one instanceof MongoCompatibilityError)
}
