// Runs programs, with arguments as a list and never through a shell.
import { type ChildProcess, spawn } from 'node:child_process'
import { programEnvironment } from './environment.ts'
import { failed, notStarted, stopped } from './run-error.ts'

export interface RunOptions {
  /** Written to standard input, which is closed afterwards; the place for secrets. */
  readonly input?: string | Uint8Array
  readonly cwd?: string
  /** Added to what programs see of the environment (environment.ts). */
  readonly env?: Readonly<Record<string, string>>
  /**
   * Milliseconds until the program and all that it started are killed. Only what takes as long as a tree is
   * large goes without, and can be interrupted instead: others may be waiting for a lock meanwhile.
   */
  readonly timeout?: number
  /** Aborting kills the program and all that it started. */
  readonly signal?: AbortSignal
  /** Sees every line as it comes, of both outputs. */
  readonly onLine?: (line: string) => void
  /** A status other than 0 is an answer, not an error. */
  readonly allowFailure?: boolean
}

export interface Ran {
  /** Exit status; 128 + number for a program that a signal ended. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

// Enough for every tool whose output is read as a whole; a runaway is cut here.
const mostOutput = 64 * 1024 * 1024
const termGrace = 2000
const killGrace = 500

/** For programs that answer at once, unless what they ask is silent: a directory service, a bus, a disk. */
export const briefly = { timeout: 10_000 } as const
/** For programs that have something to do first. */
export const patiently = { timeout: 120_000 } as const

/**
 * Runs a program and returns its status and output (UTF-8). Throws LunaError `failed`, with the command line
 * and the last lines of standard error, when the status is not 0, the time is over, it is aborted, or there
 * is no such program.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  if (options.signal?.aborted) throw stopped(program, args, 'it was interrupted')
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: programEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, so that all of it can be killed.
    detached: true,
  })
  const ran = await new Promise<Ran & { why?: string }>((resolve, reject) => {
    follow(child, options, resolve, (cause) => reject(notStarted(program, args, cause)))
  })
  if (ran.why) throw stopped(program, args, ran.why)
  if (ran.status !== 0 && !options.allowFailure) throw failed(program, args, ran)
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr }
}

/** True when there is such a program that knows `--version`. */
export async function hasProgram(program: string): Promise<boolean> {
  return await run(program, ['--version'], { ...briefly, allowFailure: true }).then(
    () => true,
    () => false,
  )
}

/** Why a program was ended that had a `timeout`. */
export const tookTooLong = 'it took too long'

function follow(
  child: ChildProcess,
  options: RunOptions,
  done: (ran: Ran & { why?: string }) => void,
  broken: (cause: unknown) => void,
): void {
  const stdout = collect(child.stdout, options.onLine)
  const stderr = collect(child.stderr, options.onLine)
  let why: string | undefined
  const end = (reason: string) => {
    why ??= reason
    killGroup(child, settle)
  }
  const onAbort = () => end('it was interrupted')
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const timer = options.timeout && setTimeout(end, options.timeout, tookTooLong)
  running.add(child)
  const finish = () => {
    running.delete(child)
    options.signal?.removeEventListener('abort', onAbort)
    if (timer) clearTimeout(timer)
  }
  child.once('error', (cause) => {
    finish()
    broken(cause)
  })
  const settle = (code: number | null = child.exitCode, signal: NodeJS.Signals | null = child.signalCode) => {
    finish()
    const status = code ?? 128 + signalNumber(signal)
    done({ status, stdout: stdout(), stderr: stderr(), ...(why && { why }) })
  }
  child.once('close', settle)
  // A program that does not read its input is no error of ours.
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.input ?? '')
}

function collect(stream: ChildProcess['stdout'], onLine?: (line: string) => void): () => string {
  const chunks: string[] = []
  let size = 0
  let line = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    if (size < mostOutput) chunks.push(chunk)
    size += chunk.length
    if (!onLine) return
    const lines = (line + chunk).split(/\r\n|\n|\r/)
    line = (lines.pop() ?? '').slice(-mostLine)
    for (const one of lines) onLine(one)
  })
  stream?.on('end', () => line && onLine?.(line))
  return () => chunks.join('')
}

const mostLine = 64 * 1024

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL')
})

/**
 * What is neither gone nor lets its output go when it is killed is left alone: it hangs in the kernel, or has
 * left the group.
 */
function killGroup(child: ChildProcess, leave: () => void): void {
  signalGroup(child, 'SIGTERM')
  const timers = [
    setTimeout(() => signalGroup(child, 'SIGKILL'), termGrace),
    setTimeout(() => {
      for (const stream of child.stdio) stream?.destroy()
      child.unref()
      leave()
    }, termGrace + killGrace),
  ]
  child.once('close', () => {
    for (const timer of timers) clearTimeout(timer)
  })
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal)
  } catch {
    // It has gone already.
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }
  return (signal && numbers[signal]) ?? 127
}
