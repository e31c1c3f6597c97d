// luna export: what the database has, for people and for other programs.
import { option } from '../../program/option.ts'
import { type Command, command } from '../command.ts'
import { jsonText } from '../rows.ts'
import { programExports, requireCluster } from './export-programs.ts'

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

export const exports: readonly Command[] = [inventory, ...programExports]
