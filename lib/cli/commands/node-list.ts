// luna node list and show.
import { option } from '../../program/option.ts'
import { choiceOf, choosingOptions, whereOption } from '../choosing/chosen.ts'
import { columnOptions } from '../choosing/columns.ts'
import { type Command, type Context, command } from '../command.ts'
import { jsonOption, show, showOptions } from '../rows.ts'

export const list: Command = command({
  action: 'list',
  help: 'List nodes, those of a group together.',
  operand: 'some',
  options: {
    group: option('text', 'only those of this group', { short: 'g', refersTo: 'group', chooses: true }),
    where: whereOption,
    'one-line': option('flag', 'a line per node', { short: '1' }),
    ...columnOptions(),
    csv: option('flag', 'as a table for spreadsheets, which luna node import takes', {
      exclusive: 'form',
      newer: true,
    }),
    json: option('flag', jsonOption.help, { exclusive: 'form' }),
  },
  examples: [
    ['luna node list -g compute -1', 'the nodes of one group, a line each'],
    [
      "luna node list --where 'status=install.error.*' --columns name,status --fold",
      'what failed, and where',
    ],
  ],
  async run(context, given, names) {
    const { chosenNodes } = await import('../../task/choose/nodes.ts')
    const chosen = await chosenNodes(await context.store(), choiceOf(list, given, names))
    const { printNodes } = await import('../choosing/print.ts')
    await printNodes(context, given, chosen)
  },
})

const scripts = ['boot', 'install'] as const

export const showNodes = command({
  action: 'show',
  help: 'Show nodes.',
  operand: 'chosen',
  options: {
    ...showOptions,
    ...choosingOptions,
    ...columnOptions(),
    script: option('choice', 'only the script that it boots or is installed with', {
      short: 's',
      choices: scripts,
    }),
  },
  examples: [
    ["luna node show 'node[001-003]'", 'three tables'],
    ['luna node show node001 -s install', 'what node001 would run now'],
    ['luna node show -g compute --columns name,mac,BOOTIF --sort BOOTIF', 'a table of some fields'],
  ],
  async run(context, given, chosen) {
    const { columns, fold, sort } = given
    const tabled = columns !== undefined || fold
    let names = chosen
    if (tabled || sort !== undefined) {
      const { nodesInOrder, printNodes } = await import('../choosing/print.ts')
      const nodes = await nodesInOrder(context, sort, chosen)
      if (tabled && !given.raw && !given.comment && !given.json && given.script === undefined)
        return await printNodes(context, { ...wholeTable, columns, fold }, nodes)
      names = nodes.map(({ name }) => name)
    }
    if (given.script === undefined || given.raw || given.comment)
      return await show(context, 'node', given, names)
    for (const name of names) context.print(await scriptOf(context, given.script, name))
  },
})

const wholeTable = { sort: undefined, json: false, csv: false, 'one-line': false }

async function scriptOf(context: Context, script: string, name: string): Promise<string> {
  const store = await context.store()
  const node = await store.getNamed('node', name)
  if (script === 'boot') return (await import('../../task/boot/boot.ts')).bootScript(store, node)
  return (await import('../../task/boot/install-script.ts')).previewInstallScript(store, node)
}
