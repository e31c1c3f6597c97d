// What to say when MongoDB does not work: which server, why, and the next step for each class of trouble.
import { MongoError, MongoErrorLabel, MongoParseError, MongoServerSelectionError } from 'mongodb'
import type { MongoConfig } from '../../config.ts'
import { LunaError } from '../../error.ts'
import {
  codeOf,
  codes,
  isAnswer,
  isCutOff,
  isDuplicate,
  isNoMember,
  isRefusal,
  isTooOld,
  isTransient,
  originalOf,
} from './errors.ts'

/**
 * What the driver says, as an error for people: which store, why, and the ways out. `read` is what was to be
 * read, null where something was to be written. Other errors stay what they are.
 */
export function explain(config: MongoConfig, file: string, error: unknown, read: string | null): unknown {
  return error instanceof MongoError ? explained(config, file, error, read) : error
}

/** The same for whatever happens while a connection is made. */
export function explained(
  config: MongoConfig,
  file: string,
  thrown: unknown,
  read: string | null = 'what it is',
): LunaError {
  if (thrown instanceof LunaError) return thrown
  const error = originalOf(thrown)
  const why = error instanceof Error ? error.message : String(error)
  const at = `the MongoDB at ${config.server}`
  const details = { why, cause: error }
  if (isDuplicate(error)) {
    const what = 'another program has made an object with the same name meanwhile'
    return new LunaError('taken', what, { ...details, fix: 'try again' })
  }
  if (read === null && isRefusal(error)) {
    const fix = 'correct what it names; luna cluster check lists damaged objects'
    return new LunaError('failed', `${at} refuses what was to be written`, { ...details, fix })
  }
  if (isConflict(error)) {
    const fix = 'try again, at best when no nodes are booting'
    return new LunaError('failed', 'others kept changing the same objects meanwhile', { ...details, fix })
  }
  if (isUnconfirmed(error)) {
    const what = `${at} did not confirm the change: it may be done or not`
    return new LunaError('unavailable', what, { ...details, fix: 'look at what is there, and try again' })
  }
  const fix = wayOut(config, file, error)
  if (isSetting(error)) return new LunaError('invalid', `${file}: ${at} cannot be used`, { ...details, fix })
  const refused = read !== null && isAnswer(error) && !isTransient(error) && !isCutOff(error)
  const what = refused ? `${at} refuses to read ${read}` : `${at} cannot be used`
  return new LunaError('unavailable', what, { ...details, fix })
}

/** The error for a lease that no majority confirms: nothing was changed yet. */
export function noMajority(error: unknown): unknown {
  if (!isMinority(error)) return error
  return new LunaError('unavailable', 'MongoDB has no majority of members that hold data', {
    why: 'a change is safe only when most members have it; nothing was changed',
    fix: startMembers,
    cause: error,
  })
}

const startMembers =
  'start the other members, which rs.status() in mongosh lists; three members that hold data survive the loss of one'

function isMinority(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && codes.noMajority.includes(code)
}

function isConflict(error: unknown): boolean {
  return codeOf(error) === codes.conflict
}

/** The change was sent, and MongoDB did not say in time what became of it. */
function isUnconfirmed(error: unknown): boolean {
  return (
    isMinority(error) ||
    (error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.UnknownTransactionCommitResult))
  )
}

/** Something in luna.conf, or a file that it names, that no server can mend. */
function isSetting(error: unknown): boolean {
  return error instanceof MongoParseError || isCaFile(error)
}

function isCaFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && ['open', 'read'].includes(String(error.syscall))
}

function wayOut(config: MongoConfig, file: string, error: unknown): string {
  const code = codeOf(error) ?? 0
  if (isTooOld(error)) return 'upgrade MongoDB to 4.4 or later, or take its database over: luna-migrate(7)'
  if (isCaFile(error)) return `correct CAcert of [MongoDB] in ${file}, or make that file readable`
  if (error instanceof MongoParseError) return `correct server of [MongoDB] in ${file}`
  if (code === codes.rights) return 'give its user the role readWrite on the database luna'
  if (codes.login.includes(code)) return `correct user, password and authdb of [MongoDB] in ${file}`
  if (codes.disk.includes(code)) return 'free disk space on the machine of MongoDB'
  if (isTransient(error)) return 'try again; db.currentOp() in mongosh shows what keeps it busy'
  if (code === codes.blocked) return 'wait until writes are let in again (setUserWriteBlockMode of MongoDB)'
  if (isNoMember(error)) {
    const set = 'restart it with replSetName, run rs.initiate() in mongosh'
    return `MongoDB runs alone: ${set}, and write replicaset under [MongoDB] in ${file}: luna.conf(5), "One server"`
  }
  if (isAnswer(error)) {
    const log = `look into the log of MongoDB: it runs, and could not do it (code ${code})`
    return `${log}; where that says no more, upgrade MongoDB, or report this`
  }
  return unreachable(config, file, error)
}

function unreachable({ replicaset }: MongoConfig, file: string, error: unknown): string {
  const known = error instanceof MongoServerSelectionError ? error.reason : undefined
  const text = textsOf(error).join('\n')
  if (/certificate|ERR_TLS|\bSSL\b|ERR_SSL|self-signed/i.test(text)) {
    return `correct SSL and CAcert of [MongoDB] in ${file}, or the certificate of MongoDB`
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return `correct the name in server of [MongoDB] in ${file}, or DNS`
  if (replicaset && known?.servers.size === 0) {
    return `correct replicaset of [MongoDB] in ${file}: rs.status().set in mongosh is its name`
  }
  const members = [...(known?.servers.values() ?? [])]
  if (members.some(({ type }) => type.startsWith('RS'))) {
    return 'wait until a primary is elected, or start the other members, which rs.status() in mongosh lists'
  }
  if (/closed|ECONNRESET/.test(text)) {
    return `look at the log of MongoDB; where it wants TLS, write SSL=Enabled under [MongoDB] in ${file}`
  }
  if (/timed out|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/.test(text) && !/ECONNREFUSED/.test(text)) {
    return `look whether this machine reaches it: network, firewall, and server of [MongoDB] in ${file}`
  }
  return `start MongoDB, or name an embedded store in ${file}: [Embedded] path=/var/lib/luna/luna.db`
}

/** The messages and codes of an error, of its causes, and of each server that could not be reached. */
function textsOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return []
  const servers =
    error instanceof MongoServerSelectionError ? [...(error.reason?.servers.values() ?? [])] : []
  const own = [error.message, 'code' in error ? String(error.code) : '']
  return [
    ...own,
    ...[error.cause, ...servers.map((one) => one.error)].flatMap((one) => textsOf(one, depth + 1)),
  ]
}
