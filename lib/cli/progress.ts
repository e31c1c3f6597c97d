// How far a command is that takes long: on a terminal one line that is written over, else lines of the log.
import type { Context } from './command.ts'

/** How far something is: of bytes, or of whatever `unit` says. */
export interface Progress {
  readonly phase: string
  readonly done?: number
  readonly total?: number
  readonly unit?: string
}

export interface ProgressLine {
  show(at: Progress): void
  /** Ends the phase that is shown, done or not. */
  end(done: boolean): void
}

// How often a log is told, in milliseconds.
const logEvery = 10_000

/** Does `work` while it shows how far that is. */
export async function withProgress<T>(
  { log }: Pick<Context, 'log'>,
  work: (show: ProgressLine['show']) => Promise<T>,
): Promise<T> {
  const line = process.stderr.isTTY ? onTerminal() : inLog(log, () => performance.now())
  let done = false
  try {
    const result = await work(line.show)
    done = true
    return result
  } finally {
    line.end(done)
  }
}

function onTerminal(): ProgressLine {
  let phase = ''
  const end = () => {
    if (phase !== '') process.stderr.write('\n')
    phase = ''
  }
  const show = (at: Progress) => {
    if (phase !== at.phase) end()
    process.stderr.write(`\r${at.phase}${percent(at)}\u001b[K`)
    phase = at.phase
  }
  return { show, end }
}

/** A line when a phase begins, one every ten seconds, and one with size and time when it is done. */
export function inLog(log: Pick<Context['log'], 'info'>, now: () => number): ProgressLine {
  let last: Progress | undefined
  let [began, told] = [0, 0]
  const end = (done: boolean) => {
    if (last && done)
      log.info(`${last.phase} done${last.total ? `: ${amount(last)}` : ''} in ${seconds(now() - began)}`)
    last = undefined
  }
  const show = (at: Progress) => {
    if (last?.phase !== at.phase) {
      end(true)
      began = now()
      told = began
      log.info(at.phase)
    } else if (now() - told >= logEvery && at.total) {
      told = now()
      log.info(`${at.phase}${percent(at)}`)
    }
    last = at
  }
  return { show, end }
}

function percent(at: Progress): string {
  if (at.done === undefined || !at.total) return ''
  return ` ${Math.floor((100 * at.done) / at.total)}% of ${amount(at)}`
}

function amount({ total = 0, unit }: Progress): string {
  return unit ? `${total} ${unit}` : mebibytes(total)
}

/** Bytes as `12 MiB`. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`
}

/** Milliseconds as `12 s`. */
export function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`
}
