// Starting a daemon in the background and stopping one, as its start|stop|restart commands do.
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../../error.ts'
import { reason } from '../file.ts'
import { runningPid } from './daemon.ts'

/** The first message of a daemon to the command that started it: what it does now, or why it gives up. */
export type Word = { readonly up: string } | { readonly failed: string }

/**
 * Environment variable of a daemon in the background: it logs to its file, as its standard error goes
 * nowhere.
 */
export const backgroundVariable = 'LUNA_BACKGROUND'

const mostStartSeconds = 60
const stopTimeout = 30_000

/**
 * Runs `script run` (and further arguments) detached from the terminal, and gives its first word. Throws
 * LunaError `failed` when it ends first.
 */
export async function startInBackground(script: string, more: readonly string[] = []): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, script, 'run', ...more], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: backgroundEnvironment(),
  })
  const word = await new Promise<Word>((done, broken) => {
    const timer = setTimeout(done, mostStartSeconds * 1000, {
      failed: `it said nothing for ${mostStartSeconds} s`,
    })
    child.once('error', broken)
    child.once('exit', (code, signal) => done({ failed: `it ended with ${signal ?? `status ${code}`}` }))
    child.on('message', (said: Word) => done(said))
    const settle = () => clearTimeout(timer)
    child.once('message', settle).once('exit', settle).once('error', settle)
  })
  child.removeAllListeners()
  if (child.connected) child.disconnect()
  child.unref()
  if ('up' in word) return word.up
  throw new LunaError('failed', 'the daemon did not start', { why: word.failed, fix: 'look at its log' })
}

/** Sends the first message to the command that started this daemon, if one did. */
export function sayFirstWord(word: Word): void {
  if (!process.connected) return
  process.send?.(word, () => process.connected && process.disconnect())
}

function backgroundEnvironment(): NodeJS.ProcessEnv {
  const conf = process.env.LUNA_CONF
  return { ...process.env, [backgroundVariable]: '1', ...(conf && { LUNA_CONF: resolve(conf) }) }
}

/** Ends the daemon of a pid file and waits until it is gone; gives its number, or undefined when none ran. */
export async function stopDaemon(pidfile: string, program: string): Promise<number | undefined> {
  const pid = await runningPid(pidfile, program)
  if (!pid) return undefined
  signal(pid, 'SIGTERM', program)
  const until = performance.now() + stopTimeout
  while (await runningPid(pidfile, program)) {
    if (performance.now() > until) signal(pid, 'SIGKILL', program)
    await delay(50)
  }
  return pid
}

/**
 * Sends a signal to the program that a pid file names, and gives its process number; undefined when it does
 * not run. Throws LunaError `failed` when that is not allowed.
 */
export async function signalDaemon(
  pidfile: string,
  program: string,
  name: NodeJS.Signals,
): Promise<number | undefined> {
  const pid = await runningPid(pidfile, program)
  if (pid) signal(pid, name, program)
  return pid
}

/** Sends a signal to a process of the program. Throws LunaError `failed` when that is not allowed. */
function signal(pid: number, name: NodeJS.Signals, program: string): void {
  try {
    process.kill(pid, name)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return
    throw new LunaError('failed', `cannot send ${name} to ${program} (process ${pid})`, {
      why: reason(cause),
      fix: 'do it as root or as the user that it runs as',
      cause,
    })
  }
}
