// Standard output of a program, written by write(2): the stream of Node takes a part that fits on a full
// disk for the whole.
import { closeSync, writeSync } from 'node:fs'
import { getSystemErrorMessage } from 'node:util'
import { exitStatus, LunaError, sentence } from '../error.ts'
import { commandLog } from '../log.ts'

const stdout = 1
// Milliseconds until a pipe that is full, and that somebody made non-blocking, is tried again.
const pause = 5

let failure: NodeJS.ErrnoException | undefined

/** Writes all of the text. Where that fails, the rest is left out, and the exit status will tell. */
export function print(text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length && !failure; ) at += attempt(() => writeSync(stdout, bytes, at)) ?? 0
}

/**
 * The exit status of a program whose output counts: that of `work`, else 1 with a line on standard error
 * where the output could not be written. A reader that has gone (`luna node list | head`) is no error.
 */
export async function statusWithOutput(work: () => Promise<number>): Promise<number> {
  // Nobody could be told.
  process.stderr.on('error', () => undefined)
  const status = await work()
  // Servers of files and quotas tell at the end.
  if (!failure) attempt(() => closeSync(stdout))
  if (!failure || failure.code === 'EPIPE') return status
  const lost = outputLost(failure)
  commandLog(false).error(sentence(lost))
  return status || exitStatus[lost.code]
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { code }: NodeJS.ErrnoException = error
    if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
    else failure = error
    return undefined
  }
}

function outputLost({ errno, message }: NodeJS.ErrnoException): LunaError {
  const why = errno === undefined ? message : getSystemErrorMessage(errno)
  return new LunaError('failed', 'the output could not be written', {
    why: why.charAt(0).toUpperCase() + why.slice(1),
    fix: 'let it be written elsewhere; changes that were asked for are made',
  })
}
