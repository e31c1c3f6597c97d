// Checkers of daemons: what they say about a draft, told in terms of what the text was made from.
import { readFile } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import type { Origin } from '../../object/origin.ts'
import { patiently, run } from '../run.ts'

/** A generated file that is to be judged. */
export interface Draft {
  /** Where it will be. */
  readonly path: string
  /** Where it can be read now. */
  readonly file: string
  readonly origin: Origin
}

/**
 * Has a program judge a draft, and gives its warnings. Throws LunaError `failed` with the line and the words
 * of the checker when it does not accept it. `noise` are words that say nothing about the file.
 */
export async function judge(
  program: string,
  args: readonly string[],
  draft: Draft,
  noise?: RegExp,
): Promise<string[]> {
  const { status, stdout, stderr } = await run(program, args, { ...patiently, allowFailure: true })
  const said = wordsOf(`${stderr}\n${stdout}`, noise)
  const lines = await linesOf(draft.file)
  if (status === 0) return said.map((words) => warning(program, words, draft, lines))
  if (status > 128) {
    throw new LunaError('failed', `${program} was killed while it looked at ${draft.path}`, {
      why: `exit status ${status}, which stands for signal ${status - 128}`,
      fix: 'look for its reason, such as too little memory (dmesg), and try again',
    })
  }
  const number = lineIn(said.join('\n'), draft.file) ?? lineNaming(said.join('\n'), lines)
  const { name, fix } = draft.origin(number)
  const words = said.slice(0, mostLines).join('\n').replaceAll(draft.file, draft.path)
  throw new LunaError('failed', `${program} does not accept ${name}`, {
    why: [quoted(lines, number), words || `exit status ${status}`].filter(Boolean).join(': '),
    fix,
  })
}

/** What a checker says of a draft that it accepts: a record that it leaves out, for one. */
function warning(program: string, said: string, draft: Draft, lines: readonly string[]): string {
  const number = lineIn(said, draft.file) ?? lineNaming(said, lines)
  const words = said.replaceAll(draft.file, draft.path)
  if (number === undefined) return `${program} warns: ${words}`
  const { name, fix } = draft.origin(number)
  return `${program} warns of ${name}: ${quoted(lines, number) ?? ''}: ${words} (${fix})`
}

function quoted(lines: readonly string[], number: number | undefined): string | undefined {
  const line = number === undefined ? undefined : lines[number - 1]?.trim()
  return line && JSON.stringify(line)
}

// The first line says what is wrong; checkers go on for a while after it.
const mostLines = 6

function wordsOf(text: string, noise: RegExp | undefined): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd())
  return lines.filter((line) => line !== '' && !noise?.test(line))
}

/** named and nginx say FILE:LINE, dhcpd FILE line LINE. */
function lineIn(said: string, file: string): number | undefined {
  for (const rest of said.split(file).slice(1)) {
    const number = /^(?::| line )(\d+)/.exec(rest)?.[1]
    if (number !== undefined) return Number(number)
  }
  return undefined
}

/** The line that includes another file, when it is that file which the checker objects to. */
function lineNaming(said: string, lines: readonly string[]): number | undefined {
  for (const [, other = ''] of said.matchAll(/(\/[^\s:"]+)(?::| line )\d+/g)) {
    const at = lines.findIndex((line) => line.includes(other))
    if (at >= 0) return at + 1
  }
  return undefined
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n')
}
