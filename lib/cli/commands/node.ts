// luna node

import { option } from '../../program/option.ts'
import { type Command, type Context, command } from '../command.ts'
import { fieldOption, fieldOptions, textOption } from '../field-option.ts'
import {
  commentFrom,
  deleteRow,
  jsonOption,
  jsonText,
  renameRow,
  reportOutcome,
  show,
  showOptions,
  withoutEmpty,
  withoutUndefined,
} from '../rows.ts'
import { discover } from './node-discover.ts'

const list = command({
  action: 'list',
  help: 'List nodes, those of a group together.',
  operand: 'none',
  options: {
    group: option('text', 'only those of this group', { short: 'g', refersTo: 'group' }),
    'one-line': option('flag', 'a line per node', { short: '1' }),
    json: jsonOption,
  },
  examples: [['luna node list -g compute -1', 'the nodes of one group, a line each']],
  async run(context, given) {
    const { listNodes } = await import('../../task/show/nodes.ts')
    const nodes = await listNodes(await context.store(), given.group || undefined)
    if (given.json) return context.print(jsonText(nodes))
    const { nodeTable, nodeTableOneLine } = await import('../table/node-table.ts')
    context.print(given['one-line'] ? nodeTableOneLine(nodes) : nodeTable(nodes))
  },
})

const scripts = ['boot', 'install'] as const

const showCommand = command({
  action: 'show',
  help: 'Show nodes.',
  operand: 'names',
  options: {
    ...showOptions,
    script: option('choice', 'only the script that it boots or is installed with', {
      short: 's',
      choices: scripts,
    }),
  },
  examples: [
    ["luna node show 'node[001-003]'", 'three tables'],
    ['luna node show node001 -s install', 'what node001 would run now'],
  ],
  async run(context, given, names) {
    if (given.script === undefined || given.raw || given.comment)
      return await show(context, 'node', given, names)
    for (const name of names) context.print(await scriptOf(context, given.script, name))
  },
})

async function scriptOf(context: Context, script: string, name: string): Promise<string> {
  const store = await context.store()
  const node = await store.getNamed('node', name)
  if (script === 'boot') return (await import('../../task/boot/boot.ts')).bootScript(store, node)
  return (await import('../../task/boot/install-script.ts')).previewInstallScript(store, node)
}

const add = command({
  action: 'add',
  help: 'Add nodes to a group. Each gets the lowest free address of every network there.',
  operand: 'none',
  options: {
    name: option('names', 'their names, as a hostlist; the next automatic name when not given', {
      short: 'n',
      value: 'NAMES',
    }),
    group: fieldOption('node', 'group', { short: 'g', required: true }),
  },
  examples: [
    ['luna node add -g compute', 'one more node'],
    ["luna node add -g compute -n 'node[001-100]'", 'a hundred'],
  ],
  guarded: true,
  changes: 'told',
  exits: { failed: 255 },
  async run(context, { name, group }) {
    const { addNodes } = await import('../../task/change/node.ts')
    const wish = { group, ...withoutUndefined({ names: name }) }
    reportOutcome(context, await addNodes(await context.store(), wish))
  },
})

const change = command({
  action: 'change',
  help: 'Change nodes. All that is given is done.',
  operand: 'names',
  options: {
    group: fieldOption('node', 'group', {
      short: 'g',
      exclusive: 'address',
      note: 'addresses are kept where the networks are the same',
    }),
    interface: option('pair', 'give an interface this address', {
      short: 'i',
      value: 'IF ADDRESS',
      refersTo: 'interface',
      exclusive: 'address',
    }),
    mac: option('text', 'MAC address, taken from whoever has it; "" for none', { value: 'MAC' }),
    ...fieldOptions('node', {
      switch: { short: 's', note: '"" for none' },
      port: { short: 'p' },
      localboot: { short: 'l' },
      setupbmc: { aliases: ['sb'] },
      service: { aliases: ['sv'] },
    }),
    comment: textOption('node', 'comment', { short: 'C' }),
  },
  examples: [
    ['luna node change node001 --mac 52:54:00:00:00:01', 'the machine with that MAC address is node001'],
    ["luna node change 'node[001-100]' -g gpu", 'another group, at the next boot of each node'],
  ],
  guarded: true,
  changes: 'asked',
  async run(context, { comment, interface: address, port, ...given }, names) {
    const { changeNodes } = await import('../../task/change/node-change.ts')
    const store = await context.store()
    const wish = {
      ...withoutUndefined(given),
      ...withoutEmpty({ port }),
      ...(comment && { comment: await commentFrom(context, 'node', names[0] ?? '') }),
      ...(address && { interface: { name: address[0], address: address[1] } }),
    }
    reportOutcome(context, await changeNodes(store, names, wish))
  },
})

export const node: readonly Command[] = [
  list,
  showCommand,
  add,
  change,
  discover,
  renameRow('node'),
  deleteRow(
    'node',
    'names',
    async (context, names) => {
      const { deleteNodes } = await import('../../task/change/node.ts')
      return await deleteNodes(await context.store(), names)
    },
    'Delete nodes. Their addresses are free again.',
  ),
]
