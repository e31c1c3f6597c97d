// luna node import: nodes of a file.
import { option } from '../../program/option.ts'
import { command } from '../command.ts'
import { jsonText, reportOutcome, tellFaults, withoutEmpty } from '../rows.ts'

export const importRow = command({
  action: 'import',
  help: 'Add and change nodes as FILE or standard input (-) says: all or nothing, with a table of differences.',
  operand: 'file',
  options: {
    group: option('text', 'group of the nodes that the file gives none', { short: 'g', refersTo: 'group' }),
    format: option('choice', 'of the file; CSV, YAML and JSON are known by name or by how they begin', {
      choices: ['csv', 'yaml', 'json', 'warewulf', 'grendel', 'xcat', 'ansible'],
    }),
    prune: option('flag', 'remove the nodes of the groups in the file that it does not name'),
    json: option('flag', 'the differences as JSON, for scripts: one for each field of each node'),
  },
  examples: [
    ['luna node import -g compute rack.csv', 'a rack, of name, MAC address, switch and port'],
    [
      'luna node import -g compute --format warewulf --dry-run nodes.conf',
      'what would come of nodes of Warewulf',
    ],
    [
      'luna node list --csv > nodes.csv; luna node import nodes.csv',
      'what is listed can be edited and given back',
    ],
  ],
  changes: 'asked',
  async run(context, { group, format, prune, json }, file) {
    const { readNodeFile } = await import('../../format/node-file.ts')
    const { importNodes } = await import('../../task/apply/import-nodes.ts')
    const { differenceTable } = await import('../table/difference-table.ts')
    const source = file === '-' ? 'standard input' : file
    const nodes = readNodeFile(await context.content(file), source, format)
    const store = await context.store()
    const { differences, ...outcome } = await tellFaults(context, () =>
      importNodes(store, nodes, { prune, ...withoutEmpty({ group }) }),
    )
    reportOutcome(context, outcome)
    context.preview(json ? jsonText(differences) : differenceTable(differences))
  },
})
