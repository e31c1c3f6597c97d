// Exclusive work among all processes of a machine, by a lock that the kernel takes back when its holder dies.
// It is kept on a file of its own, so that whoever holds it for long keeps nobody from reading and writing
// the store itself.

import { DatabaseSync } from 'node:sqlite'
import { pollUntil } from '../acquire.ts'
import { explain, makeFile } from './file.ts'

export interface Mutex {
  /** Runs `work` while no other does, in this process or another. */
  run<T>(work: () => Promise<T>): Promise<T>
  close(): void
}

/** The mutex of the store at a path; of a store in memory it is this process's own. */
export function makeMutex(path: string): Mutex {
  const lock = path === ':memory:' ? undefined : lockFile(`${path}.lock`)
  let last: Promise<unknown> = Promise.resolve()
  return {
    run: (work) => {
      const turn = last.then(async () => {
        await lock?.take()
        try {
          return await work()
        } finally {
          lock?.release()
        }
      })
      last = turn.catch(() => undefined)
      return turn
    },
    close: () => lock?.close(),
  }
}

function lockFile(path: string) {
  const where = `lock file ${path}`
  let database: DatabaseSync | undefined
  function tryTake(): boolean {
    try {
      if (!database) makeFile(path)
      database ??= new DatabaseSync(path, { timeout: 0 })
      database.exec('BEGIN IMMEDIATE')
      return true
    } catch (error) {
      if (isBusy(error)) return false
      throw explain(where, error, path)
    }
  }
  return {
    take: () => pollUntil(where, () => tryTake() || undefined),
    release: () => database?.exec('ROLLBACK'),
    close: () => database?.isOpen && database.close(),
  }
}

// SQLITE_BUSY and its extended codes (https://sqlite.org/rescode.html).
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  return (code & 0xff) === 5
}
