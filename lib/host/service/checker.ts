// Checkers of daemons: what they say about a draft, told in terms of what the text was made from.
import { readFile } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import type { Origin } from '../../object/origin.ts'
import { run } from '../run.ts'

/** A generated file that is to be judged. */
export interface Draft {
  /** Where it will be. */
  readonly path: string
  /** Where it can be read now. */
  readonly file: string
  readonly origin: Origin
}

/**
 * Has a program judge a draft. Throws LunaError `failed` with the line and the words of the checker when it
 * does not accept it. `noise` are words that say nothing about the file.
 */
export async function judge(
  program: string,
  args: readonly string[],
  draft: Draft,
  noise?: RegExp,
): Promise<void> {
  const { status, stdout, stderr } = await run(program, args, { allowFailure: true })
  if (status === 0) return
  const said = wordsOf(`${stderr}\n${stdout}`, noise)
  const number = lineIn(said, draft.file)
  const { name, fix } = draft.origin(number)
  const line = number === undefined ? undefined : (await linesOf(draft.file))[number - 1]?.trim()
  const words = said.replaceAll(draft.file, draft.path).split('\n').slice(0, mostLines).join('\n')
  throw new LunaError('failed', `${program} does not accept ${name}`, {
    why: [line && JSON.stringify(line), words || `exit status ${status}`].filter(Boolean).join(': '),
    fix,
  })
}

// The first line says what is wrong; checkers go on for a while after it.
const mostLines = 6

function wordsOf(text: string, noise: RegExp | undefined): string {
  const lines = text.split('\n').map((line) => line.trimEnd())
  return lines.filter((line) => line !== '' && !noise?.test(line)).join('\n')
}

/** named and nginx say FILE:LINE, dhcpd FILE line LINE. */
function lineIn(said: string, file: string): number | undefined {
  for (const rest of said.split(file).slice(1)) {
    const number = /^(?::| line )(\d+)/.exec(rest)?.[1]
    if (number !== undefined) return Number(number)
  }
  return undefined
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n')
}
