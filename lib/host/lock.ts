// Locks that the kernel takes back when their holder is gone, however it ends (flock(2)).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { LunaError } from '../error.ts'

/**
 * Does work while holding the lock on a file or directory, and fails at once when somebody else holds it. Throws LunaError
 * `refused` then, with what `inUse` says.
 */
export async function withLock<T>(
  path: string,
  inUse: string | (() => Promise<string>),
  work: () => Promise<T>,
): Promise<T> {
  // flock(1) would make a file where nothing is.
  if (!(await stat(path).catch(() => undefined))) throw await notTaken(undefined, path, inUse)
  // cat holds the lock until its input ends, which it does at the latest when this process does.
  const holder = spawn('flock', ['--nonblock', '--conflict-exit-code', String(held), path, 'cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const ended = once(holder, 'close')
  ended.catch(() => undefined)
  holder.stdin.on('error', () => undefined)
  holder.stdin.write('.')
  const taken = once(holder.stdout, 'data').then(() => true)
  if ((await Promise.race([taken, ended])) !== true) throw await notTaken(holder.exitCode, path, inUse)
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await ended
  }
}

const held = 75

async function notTaken(
  status: number | null | undefined,
  path: string,
  inUse: string | (() => Promise<string>),
): Promise<LunaError> {
  if (status === held) {
    const what = typeof inUse === 'string' ? inUse : await inUse()
    return new LunaError('refused', what, { fix: 'wait until that is done' })
  }
  return new LunaError('failed', `cannot lock ${path}`, {
    why: status === undefined ? 'there is no such file or directory' : 'flock(1) of util-linux did not do it',
    fix: 'see that the file system is writable and util-linux is installed',
  })
}
