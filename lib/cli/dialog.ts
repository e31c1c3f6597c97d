// Questions on a terminal.
import { createInterface } from 'node:readline/promises'
import { LunaError } from '../error.ts'

export interface Dialog {
  /**
   * What was typed, or the proposal for an empty line. Throws LunaError `failed` when the signal is aborted
   * or the input ends.
   */
  ask(question: string, proposal: string | undefined): Promise<string>
  close(): void
}

/** Undefined where nobody can answer. Lines that are typed, or pasted, ahead wait for their questions. */
export function openDialog(signal: AbortSignal): Dialog | undefined {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const lines = asking[Symbol.asyncIterator]()
  // readline takes Ctrl-C for itself.
  asking.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  signal.addEventListener('abort', () => asking.close(), { once: true })
  return {
    async ask(question, proposal) {
      asking.setPrompt(proposal === undefined ? `${question}: ` : `${question} [${proposal}]: `)
      asking.prompt()
      const { done, value } = await lines.next()
      if (done) throw new LunaError('failed', 'interrupted while waiting for an answer', { fix: null })
      return value.trim() || (proposal ?? '')
    },
    close: () => asking.close(),
  }
}
