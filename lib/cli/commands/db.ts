// luna db: the whole database as one text, to keep it and to move it between stores.
import { readFile } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import { decodeText } from '../../object/given/text.ts'
import { option } from '../../program/option.ts'
import { type Command, type Context, command } from '../command.ts'

const exportCommand = command({
  action: 'export',
  help: 'Print the whole database as canonical Extended JSON.',
  operand: 'none',
  examples: [['luna db export > luna.json', 'a backup, with all passwords in it: keep it safe']],
  async run(context) {
    const { exportDatabase } = await import('../../task/database/export-import.ts')
    const text = await exportDatabase(await context.store())
    context.print(text.endsWith('\n') ? text : `${text}\n`)
  },
})

const importCommand = command({
  action: 'import',
  help: 'Load an exported database from a file, or from standard input (-), into an empty one.',
  operand: 'file',
  options: {
    replace: option('flag', 'into any database, in place of all that is there, of which a copy is kept'),
    force: option('flag', 'with --replace: also when the new database has no cluster'),
  },
  examples: [['LUNA_CONF=new.conf luna db import luna.json', 'to another store']],
  async run(context, { replace, force }, file) {
    const { importDatabase } = await import('../../task/database/export-import.ts')
    const { copiesFolder } = await import('../../task/database/copy.ts')
    const text = await exportedText(context, file)
    const replacing = replace ? { force, copies: copiesFolder(context.config) } : undefined
    const { line, copy } = await importDatabase(await context.store(), text, replacing)
    if (line) context.log.info(line)
    if (copy) context.log.info('the old database is kept', { file: copy })
  },
})

const migrateCommand = command({
  action: 'migrate',
  help: 'Take over the database of a first Luna: tell all that needs a look, and make names unique and lookups fast.',
  operand: 'none',
  options: {
    'dry-run': option('flag', 'only tell'),
    json: option('flag', 'as JSON, for scripts'),
  },
  examples: [['luna db migrate --dry-run', 'before the first Luna is stopped; no document ever changes']],
  async run(context, given) {
    const { migrate, troubles } = await import('../../task/database/migrate.ts')
    const migration = await migrate(await context.store(), context.config, { dryRun: given['dry-run'] })
    const { defects, differences, duplicates } = migration
    if (given.json) context.print(`${JSON.stringify(migration, null, 2)}\n`)
    else {
      for (const { line } of defects) context.print(`database: ${line}\n`)
      for (const difference of differences) context.print(`${difference.in}: ${difference.line}\n`)
    }
    for (const { kind, name } of duplicates)
      context.log.warning('names are not unique yet: luna db migrate again when this is mended', {
        kind,
        name,
      })
    const count = troubles(migration)
    if (count > 0)
      context.report(
        new LunaError('failed', `${count} ${count === 1 ? 'thing needs' : 'things need'} a look`, {
          fix: 'settle it, then once more: luna db migrate',
        }),
      )
  },
})

async function exportedText(context: Context, file: string): Promise<string> {
  if (file === '-') return await context.readText('')
  return decodeText(await bytesOf(file), file)
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new LunaError('invalid', `cannot read ${JSON.stringify(file)}`, {
      why,
      fix: 'give the file that luna db export made, or - for standard input',
      cause,
    })
  }
}

export const db: readonly Command[] = [exportCommand, importCommand, migrateCommand]
