// luna apply and luna export: what the database has, from files and for them; for other programs, too.
import type { Entry } from '../../format/entry.ts'
import { option } from '../../program/option.ts'
import { type Command, command } from '../command.ts'
import { jsonText, reportOutcome, tellFaults } from '../rows.ts'
import { programExports, requireCluster } from './export-programs.ts'

const applyRow = command({
  action: '',
  help: 'Make objects what the documents in files or standard input (-) say: all or nothing, with differences.',
  operand: 'files',
  options: {
    prune: option('flag', 'remove the objects of the kinds in the files that no document names'),
    json: option('flag', 'the differences as JSON, for scripts: one for each field of each object'),
  },
  examples: [
    [
      'luna export inventory > site.yaml; luna apply site.yaml',
      'what is exported can be edited and given back',
    ],
    ['luna apply --dry-run --prune site/*.yaml', 'what is not as the files say'],
  ],
  changes: 'asked',
  async run(context, { prune, json }, files) {
    const { readDocuments } = await import('../../format/documents.ts')
    const { applyInventory } = await import('../../task/apply/apply.ts')
    const { differenceTable } = await import('../table/difference-table.ts')
    const documents: Entry[] = []
    for (const file of files)
      documents.push(...readDocuments(await context.content(file), file === '-' ? 'standard input' : file))
    const store = await context.store()
    const { differences, ...outcome } = await tellFaults(context, () =>
      applyInventory(store, documents, { prune }),
    )
    reportOutcome(context, outcome)
    context.preview(json ? jsonText(differences) : differenceTable(differences))
  },
})

const inventory = command({
  action: 'inventory',
  help: 'Print what a site decides on, a document per object, for luna apply. luna db export has all of it.',
  operand: 'none',
  options: {
    secrets: option('flag', 'with passwords and SNMP keys, for a backup: keep it safe'),
    json: option('flag', 'as JSON, a list of objects; YAML otherwise'),
  },
  examples: [['luna export inventory > site.yaml', 'to be kept in git: the same objects are the same text']],
  async run(context, { secrets, json }) {
    await requireCluster(context)
    const { inventoryDocuments } = await import('../../task/apply/export.ts')
    const documents = await inventoryDocuments(await context.store(), { secrets })
    if (json) return context.print(jsonText(documents))
    const { writeYaml } = await import('../../format/documents.ts')
    context.print(writeYaml(documents))
  },
})

export const apply: readonly Command[] = [applyRow]

export const exports: readonly Command[] = [inventory, ...programExports]
