// Hostlists of objects that are no hosts (groups, networks): one command for several of them.
import { type Code, LunaError } from '../error.ts'
import type { Kind } from '../object/field.ts'
import { expandHostlist } from '../object/hostlist.ts'
import type { Context } from './command.ts'

/**
 * The names that a `list` operand stands for: itself where an object has that name, else those of the
 * hostlist.
 */
export async function namesOf(context: Context, kind: Kind, list: string): Promise<readonly string[]> {
  if (!/[,[\]]/.test(list)) return [list]
  if (await (await context.store()).findNamed(kind, list)) return [list]
  return expandHostlist(list)
}

const endsAll: readonly Code[] = ['not-found', 'unavailable', 'unsupported', 'internal']

/**
 * Does `work` for every name of a `list` operand in turn: one that does not exist ends it, other failures
 * show in the exit status. A text is read once, and given to all.
 */
export async function eachOf(
  context: Context,
  kind: Kind,
  list: string,
  work: (context: Context, name: string) => Promise<void>,
): Promise<void> {
  const names = await namesOf(context, kind, list)
  let text: Promise<string> | undefined
  const readText = (old: string) => {
    text ??= context.readText(old)
    return text
  }
  for (const [at, name] of names.entries()) {
    try {
      await work({ ...context, readText }, name)
    } catch (error) {
      const ends = names.length === 1 || !(error instanceof LunaError) || endsAll.includes(error.code)
      context.undone.push(...(ends ? names.slice(at) : [name]))
      if (ends) throw error
      context.report(error)
    }
  }
}
