// Starts, watches, reloads and ends the lab's daemons: what systemd does where Luna is installed.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../../lib/error.ts'
import { type Daemon, daemons, type Unit } from './daemons.ts'
import { places } from './machine.ts'

const startPatience = 30_000
const stopPatience = 10_000

export class Services {
  readonly #running = new Map<Unit, ChildProcess>()

  /**
   * Starts a daemon that is not running and waits until it serves. Throws LunaError with
   * its last words if it does not.
   */
  async start(unit: Unit): Promise<void> {
    if (this.isActive(unit)) return
    const daemon: Daemon = daemons[unit]
    await daemon.prepare?.()
    const child = launch(daemon, logOf(unit))
    this.#running.set(unit, child)
    child.once('exit', () => this.#running.get(unit) === child && this.#running.delete(unit))
    try {
      await Promise.race([up(child, daemon), ended(child), tooLong()])
    } catch (cause) {
      child.kill('SIGKILL')
      const why = `${cause instanceof Error ? cause.message : cause}\n${await this.lastWords(unit)}`
      throw new LunaError('failed', `${unit} did not start`, { fix: null, why, cause })
    }
  }

  /** Ends a daemon: SIGTERM, and SIGKILL when that is not enough. */
  async stop(unit: Unit): Promise<void> {
    const child = this.#running.get(unit)
    if (!child) return
    const timer = setTimeout(() => child.kill('SIGKILL'), stopPatience)
    child.kill('SIGTERM')
    await gone(child)
    clearTimeout(timer)
  }

  /** Ends a daemon as a crash does. */
  async kill(unit: Unit): Promise<void> {
    const child = this.#running.get(unit)
    child?.kill('SIGKILL')
    if (child) await gone(child)
  }

  async restart(unit: Unit): Promise<void> {
    await this.stop(unit)
    await this.start(unit)
  }

  /** Makes a daemon read its configuration again; throws LunaError when it is not running. */
  async reload(unit: Unit): Promise<void> {
    const daemon: Daemon = daemons[unit]
    const child = this.#running.get(unit)
    if (!child) throw new LunaError('refused', `${unit} is not active`, { fix: null })
    if (daemon.reload) child.kill(daemon.reload)
    else await this.restart(unit)
  }

  isActive(unit: Unit): boolean {
    return this.#running.has(unit)
  }

  /** The end of what the daemon has written; empty when it never ran. */
  async lastWords(unit: Unit, lines = 15): Promise<string> {
    const text = await Promise.all(logsOf(unit).map((log) => readFile(log, 'utf8').catch(() => '')))
    return text.join('').trimEnd().split('\n').slice(-lines).join('\n')
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((unit) => this.stop(unit)))
  }
}

/** Where a daemon's output goes. */
export function logOf(unit: Unit): string {
  return join(places.logs, `${unit}.log`)
}

// nginx says little to whoever started it
function logsOf(unit: Unit): string[] {
  const own = unit === 'nginx' ? ['error.log', 'access.log'].map((name) => join(places.nginxLogs, name)) : []
  return [logOf(unit), ...own]
}

function launch(daemon: Daemon, log: string): ChildProcess {
  const output = openSync(log, 'a')
  const child = spawn(daemon.program, daemon.args, { cwd: '/', stdio: ['ignore', output, output, 'ipc'] })
  closeSync(output)
  return child
}

/** What Luna's daemons say to their parent first. */
interface Word {
  up?: string
  failed?: string
}

async function up(child: ChildProcess, daemon: Daemon): Promise<void> {
  if (!daemon.ready) {
    const word = await new Promise<Word>((resolve) => child.once('message', resolve))
    if (word.failed) throw new Error(word.failed)
    return
  }
  child.disconnect()
  while (child.exitCode === null && !(await daemon.ready())) await delay(20)
}

async function ended(child: ChildProcess): Promise<never> {
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (...how) => resolve(how))
  })
  throw new Error(`it ended with ${signal ?? `status ${code}`}`)
}

async function tooLong(): Promise<never> {
  await delay(startPatience, undefined, { ref: false })
  throw new Error(`it did not serve within ${startPatience / 1000} s`)
}

function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}
