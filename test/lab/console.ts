// What a machine says on a serial port, as it comes: kept, cut into lines, and waited for.

import { LunaError } from '../../lib/error.ts'

const mostKept = 4 * 1024 * 1024

export class Console {
  #text = ''
  #line = ''
  #unfinished = ''
  readonly #lineListeners = new Set<(line: string) => void>()
  readonly #waiters = new Set<() => void>()
  #closed = false

  /** Takes in what was received, escape sequences and all. */
  feed(chunk: string): void {
    const [whole, rest] = cutUnfinished(this.#unfinished + chunk)
    this.#unfinished = rest
    const said = plain(whole)
    this.#text = (this.#text + said).slice(-mostKept)
    const lines = (this.#line + said).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) for (const listener of this.#lineListeners) listener(line.trimEnd())
    this.#wake()
  }

  /** The machine is off: nobody waits in vain. */
  close(): void {
    this.#closed = true
    this.#wake()
  }

  onLine(listener: (line: string) => void): void {
    this.#lineListeners.add(listener)
  }

  /** All that was said, without escape sequences. */
  get text(): string {
    return this.#text
  }

  tail(lines: number): string {
    return this.#text.trimEnd().split('\n').slice(-lines).join('\n')
  }

  /**
   * Waits until the text after `from` (default: all of it) matches, and gives the match. Throws LunaError
   * `failed` with the end of the text when that takes longer than `patience` ms or the machine goes off.
   */
  waitFor(pattern: RegExp, patience: number, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        this.#waiters.delete(look)
        act()
      }
      const give = (why: string) =>
        settle(() =>
          reject(
            new LunaError('failed', `the console never said ${pattern} (${why})`, {
              fix: null,
              why: this.tail(25),
            }),
          ),
        )
      const look = () => {
        const match = pattern.exec(this.#text.slice(from))
        if (match) settle(() => resolve(match))
        else if (this.#closed) give('the machine is off')
      }
      const timer = setTimeout(give, patience, `in ${patience / 1000} s`)
      this.#waiters.add(look)
      look()
    })
  }

  #wake(): void {
    for (const look of [...this.#waiters]) look()
  }
}

/** Cuts off an escape sequence whose end has not come yet. */
function cutUnfinished(text: string): [string, string] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const at = text.search(/\x1b(?:\[[0-9;?=]*|[()])?$/)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)]
}

/** Text without terminal escape sequences (ECMA-48) and carriage returns. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/\x1b(?:\[[0-9;?=]*[A-Za-z]|[()][A-Z0-9]|[=>c78])/g, '').replaceAll('\r', '')
}
