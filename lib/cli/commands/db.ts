// luna db: the whole database as one text, to keep it and to move it between stores.
import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import { type Command, command } from '../command.ts'

const exportCommand = command({
  action: 'export',
  help: 'Print the whole database as canonical Extended JSON, or write it as mongodump does.',
  operand: 'none',
  options: {
    mongodump: option('text', 'print nothing, and write the folder luna there, for mongorestore', {
      value: 'DIR',
      refersTo: 'file',
    }),
    records: option(
      'flag',
      'with what happened, too: boots of nodes and failures, which nodes are armed, what BMCs were given, and luna history',
    ),
  },
  examples: [
    [
      'luna db export > luna.json',
      'a backup with all passwords: keep it safe; for git there is luna export inventory',
    ],
    ['luna db export --mongodump /root/back; mongorestore /root/back', 'to MongoDB of any age'],
  ],
  async run(context, { mongodump, records }) {
    const store = await context.store()
    if (mongodump !== undefined) {
      const { exportMongodump } = await import('../../task/database/export-import.ts')
      context.log.info('written', { folder: await exportMongodump(store, mongodump, { records }) })
      return
    }
    const { exportDatabase } = await import('../../task/database/export-import.ts')
    context.print(await exportDatabase(store, { records }))
  },
})

const importCommand = command({
  action: 'import',
  help: 'Load an exported database, or what mongodump wrote, from FILE or standard input (-), into an empty one.',
  operand: 'file',
  options: {
    replace: option('flag', 'into any database, in place of all that is there, of which a copy is kept'),
    force: option('flag', 'with --replace: also when the new database has no cluster'),
  },
  examples: [
    ['LUNA_CONF=new.conf luna db import luna.json', 'to another store'],
    ['luna db import dump/luna', 'what mongodump -d luna wrote beside the first Luna'],
  ],
  async run(context, { replace, force }, file) {
    const { importDatabase } = await import('../../task/database/export-import.ts')
    const { copiesFolder } = await import('../../task/database/copy.ts')
    const { readExported } = await import('../../store/open.ts')
    const { dump, others } = await readExported(file === '-' ? context.input() : file)
    for (const name of others) context.log.warning('not taken: another database', { name })
    const replacing = replace ? { force, copies: copiesFolder(context.config) } : undefined
    const { line, copy } = await importDatabase(await context.store(), dump, replacing)
    context.log.info(line)
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
    const { defects, differences, remarks, duplicates } = migration
    if (given.json) context.print(`${JSON.stringify(migration, null, 2)}\n`)
    else {
      for (const { line } of defects) context.print(`database: ${line}\n`)
      for (const difference of differences) context.print(`${difference.in}: ${difference.line}\n`)
      for (const line of remarks) context.print(`${line}\n`)
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

export const db: readonly Command[] = [exportCommand, importCommand, migrateCommand]
