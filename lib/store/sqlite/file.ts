// The file of the embedded store: made, opened, and what to say when that fails.
import { closeSync, fchmodSync, fchownSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LunaError } from '../../error.ts'
import { isDuplicate } from './columns.ts'
import { closedTo } from './rights.ts'

// "luna" in ASCII: by it file(1) and Luna recognise the file.
const applicationId = 0x6c756e61
const formatVersion = 1

// How long a write waits for another process's write (never for its unit of work), in milliseconds.
const busyTimeout = 10_000

/** Opens the file, making it where there is none. Throws LunaError `unavailable`. */
export function openFile(path: string): DatabaseSync {
  const where = `embedded store ${path}`
  try {
    if (path !== ':memory:') makeFile(path)
    const database = new DatabaseSync(path, { timeout: busyTimeout })
    checkFormat(database, where)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    return database
  } catch (error) {
    throw explain(where, error, path)
  }
}

/**
 * Makes an empty file that only its owner and group can read and write. Made by root it gets the owner and
 * group of its directory: the daemons, which run as the cluster's user, open it too. SQLite gives its side
 * files the same ownership.
 */
export function makeFile(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there && !there.isFile())
    throw new LunaError('unavailable', `${path} is no file`, {
      why: 'something else is there, such as a directory or a pipe',
      fix: `move it away: mv ${path} ELSEWHERE, or ${correctPath}`,
    })
  if (there) return
  // A link that leads nowhere could have the owner of the directory get a file of root's anywhere.
  const file = openSync(path, 'ax', 0o660)
  try {
    fchmodSync(file, 0o660)
    if (process.geteuid?.() !== 0) return
    const { uid, gid } = statSync(dirname(path))
    fchownSync(file, uid, gid)
  } finally {
    closeSync(file)
  }
}

/** What SQLite or the file system says, as an error for people. Other errors stay what they are. */
export function explain(where: string, error: unknown, path?: string): unknown {
  if (error instanceof LunaError || !(error instanceof Error && 'code' in error)) return error
  if (isDuplicate(error)) {
    const what = 'another program has made an object with the same name meanwhile'
    return new LunaError('taken', what, { why: error.message, fix: 'try again', cause: error })
  }
  const closed = path === undefined ? undefined : closedTo(path)
  return new LunaError('unavailable', `the ${where} cannot be used`, {
    why: closed?.why ?? error.message,
    fix: path === undefined ? inUse(error) : (closed?.fix ?? wayOut(path, error)),
    cause: error,
  })
}

/** The result code of SQLite (https://sqlite.org/rescode.html), 0 for other errors. */
function resultOf(error: Error): number {
  return 'errcode' in error ? Number(error.errcode) & 0xff : 0
}

/** For an error while the file is in use. */
function inUse(error: Error): string {
  const code = resultOf(error)
  if (code === 13) return 'free disk space where the file is'
  if (code === 5 || code === 6) return 'try again; another program has locked the file'
  if (code === 8) return "make the file and its directory writable for root and the cluster's user"
  if (code === 11 || code === 26) return 'restore a copy: luna db import --replace'
  return 'look at the file, its directory and its disk'
}

function wayOut(path: string, error: Error & { readonly code?: unknown }): string {
  const { code } = error
  const result = resultOf(error)
  if (result === 11) return `move it away (mv ${path}* ELSEWHERE), and restore a copy: luna db import COPY`
  if (result === 10 || result === 13)
    return 'look at the disk, its free space and the limits of this shell (ulimit -f)'
  if (code === 'EACCES') return "run it as root or as the cluster's user"
  const folder = `make the directory ${dirname(path)}, owned by the cluster's user`
  return code === 'ENOENT' ? `${folder}; or ${correctPath}` : correctPath
}

const correctPath = 'correct path= of [Embedded] in luna.conf'

/** Marks an empty file as Luna's; refuses a file with another mark, and one with tables but no mark. */
function checkFormat(database: DatabaseSync, where: string): void {
  if (markOf(database) === mark) return
  // Another process may be putting it on at this moment.
  database.exec('BEGIN IMMEDIATE')
  const now = markOf(database)
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_master').get()?.count
  if (now === 0n && tables === 0) {
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`)
  }
  database.exec('COMMIT')
  if (now === mark || (now === 0n && tables === 0)) return
  const ours = now >> 32n === BigInt(applicationId)
  throw new LunaError('unavailable', `the ${where} cannot be used`, {
    why: ours ? 'a newer Luna has made it' : 'the file belongs to another program',
    fix: correctPath,
  })
}

const mark = (BigInt(applicationId) << 32n) | BigInt(formatVersion)

/** Application id and format version of a file in one number; 0 for a new one. */
function markOf(database: DatabaseSync): bigint {
  const id = database.prepare('PRAGMA application_id').get()?.application_id
  const version = database.prepare('PRAGMA user_version').get()?.user_version
  return (BigInt(Number(id)) << 32n) | BigInt(Number(version))
}
