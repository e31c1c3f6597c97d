// Questions on a terminal.
import { createInterface } from 'node:readline/promises'
import { LunaError } from '../error.ts'

/** True where somebody can answer. */
export function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/**
 * What was typed, or the proposal for an empty line. Throws LunaError `failed` when the signal is aborted or
 * the input ends.
 */
export async function askFor(
  question: string,
  proposal: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new AbortController()
  asking.once('close', () => ended.abort())
  // readline takes Ctrl-C for itself.
  asking.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const prompt = proposal === undefined ? `${question}: ` : `${question} [${proposal}]: `
    const typed = await asking.question(prompt, { signal: AbortSignal.any([signal, ended.signal]) })
    return typed.trim() || proposal || ''
  } catch (cause) {
    throw new LunaError('failed', 'interrupted while waiting for an answer', { fix: null, cause })
  } finally {
    asking.close()
  }
}
