// Locks that the kernel takes back when their holder is gone, however it ends (flock(2)).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../error.ts'
import { programEnvironment } from './environment.ts'
import { reason } from './file.ts'
import { makeFolder } from './make-folder.ts'
import { rootsOwn } from './pin.ts'

/**
 * Does work while holding the lock on a file or directory. When another process holds it for longer than
 * `wait` seconds (the default: at all), throws LunaError `refused` with what `inUse` says.
 */
export async function withLock<T>(
  path: string,
  inUse: string | (() => Promise<string>),
  work: () => Promise<T>,
  { wait = 0 }: { readonly wait?: number } = {},
): Promise<T> {
  // flock(1) would make a file where nothing is.
  if (!(await stat(path).catch(() => undefined))) throw notLocked(path, 'there is no such file or directory')
  const release = await acquire(path, performance.now() + 1000 * wait)
  if (!release) {
    const what = typeof inUse === 'string' ? inUse : await inUse()
    throw new LunaError('refused', what, { fix: 'wait until that is done' })
  }
  try {
    return await work()
  } finally {
    await release()
  }
}

/** A file that only root can take a lock on, made where it is missing. Throws LunaError `failed`. */
export async function rootsLock(folder: string, name: string): Promise<string> {
  const locks = join(rootsOwn, folder)
  const file = join(locks, name)
  try {
    for (const each of [rootsOwn, locks]) await makeRootsOwn(each)
    const there = await stat(file).catch(() => undefined)
    // Opening a pipe would wait for somebody who reads from it.
    if (there && !there.isFile())
      throw new LunaError('failed', `cannot lock ${file}`, {
        why: 'something else than a file is there',
        fix: `rm -r ${file}`,
      })
    await (await open(file, 'a', 0o600)).close()
    return file
  } catch (error) {
    throw error instanceof LunaError ? error : notLocked(file, reason(error))
  }
}

async function makeRootsOwn(folder: string): Promise<void> {
  if (!(await lstat(folder).catch(() => undefined))) await makeFolder(folder, 0o700)
  const found = await lstat(folder)
  if (found.uid !== 0 || !found.isDirectory())
    throw new LunaError('failed', `${folder} is not root’s own directory`, { fix: `rm -r ${folder}` })
  await chmod(folder, 0o700)
}

// Between two tries: a process that waits inside flock(1) would outlive this one.
const pause = 200

/**
 * Tries until it is time. Gives the way to release the lock, or undefined when somebody else still holds it.
 */
async function acquire(path: string, until: number): Promise<(() => Promise<void>) | undefined> {
  for (;;) {
    const release = await tryLock(path)
    if (release || performance.now() >= until) return release
    await delay(pause)
  }
}

const held = 75

async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
  // cat holds the lock until its input ends, which it does at the latest when this process does.
  const holder = spawn('flock', ['--nonblock', '--conflict-exit-code', String(held), path, 'cat'], {
    env: programEnvironment(),
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const ended = once(holder, 'close')
  ended.catch(() => undefined)
  holder.stdin.on('error', () => undefined)
  holder.stdin.write('.')
  const taken = once(holder.stdout, 'data').then(() => true)
  if ((await Promise.race([taken, ended]).catch(() => false)) === true) {
    return async () => {
      holder.stdin.end()
      await ended
    }
  }
  if (holder.exitCode === held) return undefined
  throw notLocked(path, 'flock(1) of util-linux did not do it')
}

function notLocked(path: string, why: string): LunaError {
  return new LunaError('failed', `cannot lock ${path}`, { why, fix: `look at the rights of ${path}` })
}
