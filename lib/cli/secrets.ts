// Secrets that are not on the command line, where every account of the machine sees them (ps(1)): an option
// whose value is - takes a line of standard input, or is asked for at the terminal.
import { LunaError } from '../error.ts'
import type { OptionTable } from '../program/option.ts'
import type { Context } from './command.ts'

/**
 * What was given, with the secrets that standard input has for `-`: a line each, in the order of the row.
 * Throws LunaError `usage` when there are fewer lines.
 */
export async function withSecrets<T extends object>(
  context: Pick<Context, 'content'>,
  options: OptionTable,
  given: T,
): Promise<T> {
  const values = given as Readonly<Record<string, unknown>>
  const wanted = Object.keys(options).filter((name) => options[name]?.secret && values[name] === '-')
  if (wanted.length === 0) return given
  const lines = process.stdin.isTTY ? await askedFor(wanted) : (await context.content('-')).split(/\r?\n/)
  const read = wanted.map((name, at) => {
    const line = lines[at]
    if (line !== undefined && line !== '') return [name, line]
    throw new LunaError('usage', `standard input has no line for --${name}`, {
      fix: `give one line for each of ${wanted.map((each) => `--${each}`).join(', ')}, in that order`,
    })
  })
  return { ...given, ...Object.fromEntries(read) }
}

async function askedFor(names: readonly string[]): Promise<string[]> {
  const { hiddenAnswer } = await import('./ask.ts')
  const answers: string[] = []
  for (const name of names) answers.push(await hiddenAnswer(`${name}: `))
  return answers
}
