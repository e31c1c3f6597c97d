// luna db: the whole database as one text, to keep it and to move it between stores.
import { readFile } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import { type Context, command, type ObjectCommands, option } from '../command.ts'

const exportCommand = command({
  action: 'export',
  help: 'Print the whole database as canonical Extended JSON.',
  operand: 'none',
  examples: [['luna db export > luna.json', 'a backup, with all passwords in it: keep it safe']],
  async run(context) {
    const { exportDatabase } = await import('../../task/database.ts')
    const text = await exportDatabase(await context.store())
    context.print(text.endsWith('\n') ? text : `${text}\n`)
  },
})

const importCommand = command({
  action: 'import',
  help: 'Load an exported database from a file, or from standard input (-), into an empty one.',
  operand: 'file',
  options: { replace: option('flag', 'into any database, in place of all that is there') },
  examples: [['LUNA_CONF=new.conf luna db import luna.json', 'to another store']],
  async run(context, { replace }, file) {
    const { importDatabase } = await import('../../task/database.ts')
    const text = await textOf(context, file)
    await importDatabase(await context.store(), text, { replace })
  },
})

async function textOf(context: Context, file: string): Promise<string> {
  if (file === '-') return await context.readText('')
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new LunaError('invalid', `cannot read ${JSON.stringify(file)}`, { why, cause })
  }
}

export const db: ObjectCommands = {
  object: 'db',
  help: 'the whole database as one text',
  commands: [exportCommand, importCommand],
}
