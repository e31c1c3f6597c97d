// A question to the person at the terminal, whatever standard input and output are.
import { closeSync, openSync } from 'node:fs'
import { ReadStream, WriteStream } from 'node:tty'
import { LunaError } from '../error.ts'

const terminal = '/dev/tty'

/** Whether there is anybody to ask: a process of a daemon or of cron has no terminal (tty(4)). */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync(terminal, 'r+'))
    return true
  } catch {
    return false
  }
}

/** True when the answer is y or yes. Throws LunaError `failed` when Ctrl-C is the answer. */
export async function agreed(question: string, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises')
  const [input, output] = [new ReadStream(openSync(terminal, 'r')), new WriteStream(openSync(terminal, 'w'))]
  // Not a line editor: Ctrl-C remains a signal.
  const lines = createInterface({ input, output, terminal: false })
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([lines.question(question, { signal }), closed])
    return /^\s*y(es)?\s*$/i.test(answer)
  } catch (cause) {
    throw new LunaError('failed', 'interrupted: nothing is changed', { fix: null, cause })
  } finally {
    lines.close()
    input.destroy()
    output.destroy()
  }
}

const [interrupt, end, erase] = ['\x03', '\x04', '\x7f']

/** What is typed until Enter, which the terminal does not show. Throws LunaError `failed` at Ctrl-C. */
export async function hiddenAnswer(question: string): Promise<string> {
  const [input, output] = [new ReadStream(openSync(terminal, 'r')), new WriteStream(openSync(terminal, 'w'))]
  try {
    output.write(question)
    input.setRawMode(true)
    let typed = ''
    for await (const chunk of input.setEncoding('utf8'))
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n' || character === end) return typed
        if (character === interrupt)
          throw new LunaError('failed', 'interrupted: nothing is changed', { fix: null })
        typed = character === erase ? typed.slice(0, -1) : typed + character
      }
    return typed
  } finally {
    if (!input.destroyed) input.setRawMode(false)
    output.write('\n')
    input.destroy()
    output.destroy()
  }
}
