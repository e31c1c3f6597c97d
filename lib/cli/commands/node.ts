// luna node

import { option } from '../../program/option.ts'
import { choiceOf, choosingOptions, whereOption } from '../choosing/chosen.ts'
import { columnOptions } from '../choosing/columns.ts'
import { type Command, type Context, command } from '../command.ts'
import { fieldOption, fieldOptions, textOption } from '../field-option.ts'
import {
  commentFrom,
  jsonOption,
  renameRow,
  reportOutcome,
  show,
  showOptions,
  withoutEmpty,
  withoutUndefined,
} from '../rows.ts'
import { arm, disarm, discover } from './node-boot.ts'
import { importRow } from './node-import.ts'
import { history, status, why } from './node-status.ts'

const list: Command = command({
  action: 'list',
  help: 'List nodes, those of a group together.',
  operand: 'some',
  options: {
    group: option('text', 'only those of this group', { short: 'g', refersTo: 'group', chooses: true }),
    where: whereOption,
    'one-line': option('flag', 'a line per node', { short: '1' }),
    ...columnOptions,
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

const showCommand = command({
  action: 'show',
  help: 'Show nodes.',
  operand: 'chosen',
  options: {
    ...showOptions,
    ...choosingOptions,
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
  help: 'Add nodes to a group. Each gets the address of its number or the lowest free one of every network there.',
  operand: 'none',
  options: {
    name: option('names', 'their names, as a hostlist; the next automatic name when not given', {
      short: 'n',
      value: 'NAMES',
    }),
    group: fieldOption('node', 'group', { short: 'g', required: true }),
    interface: option(
      'pair',
      'give the first this address on an interface, and the others those that follow',
      {
        short: 'i',
        value: 'IF ADDRESS',
        refersTo: 'interface',
        newer: true,
      },
    ),
  },
  examples: [
    ['luna node add -g compute', 'one more node'],
    ["luna node add -g compute -n 'node[001-100]'", 'a hundred'],
    ["luna node add -g compute -n 'node[201-240]' -i BOOTIF 10.30.0.201", 'node240 has 10.30.0.240'],
  ],
  guarded: true,
  changes: 'told',
  exits: { failed: 255 },
  async run(context, { name, group, interface: address }) {
    const { addNodes } = await import('../../task/change/node.ts')
    const wish = {
      ...{ group, ...withoutUndefined({ names: name }) },
      ...(address && { interface: { name: address[0], address: address[1] } }),
    }
    reportOutcome(context, await addNodes(await context.store(), wish))
  },
})

const change = command({
  action: 'change',
  help: 'Change nodes. All that is given is done.',
  operand: 'chosen',
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
    also: option('texts', 'that of another boot card; all that it has beside --mac, "" for none', {
      value: 'MAC',
      newer: true,
    }),
    ...fieldOptions('node', {
      switch: { short: 's', note: '"" for none' },
      port: { short: 'p' },
      localboot: { short: 'l' },
      setupbmc: { aliases: ['sb'] },
      service: { aliases: ['sv'] },
    }),
    comment: textOption('node', 'comment', { short: 'C' }),
    where: whereOption,
  },
  examples: [
    ['luna node change node001 --mac 52:54:00:00:00:01', 'the machine with that MAC address is node001'],
    [
      'luna node change node001 --mac 52:54:00:00:00:01 --also 52:54:00:00:00:02',
      'it may boot from either card, with one address',
    ],
    ["luna node change --where group=compute --where 'port=' --localboot y", 'those without a switch port'],
    ["luna node change 'node[001-100]' -g gpu", 'another group, at the next boot of each node'],
  ],
  guarded: true,
  changes: 'asked',
  async run(context, { comment, interface: address, port, where: _where, ...given }, names) {
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

const deleteCommand = command({
  action: 'delete',
  help: 'Delete nodes. Their addresses are free again.',
  operand: 'chosen',
  options: choosingOptions,
  examples: [
    ["luna node delete 'node[001-003]'", 'gone'],
    ["luna node delete -g old '!node007' --dry-run", 'who would go'],
  ],
  guarded: true,
  changes: 'asked',
  async run(context, _given, names) {
    const { deleteObjects } = await import('../../task/change/object.ts')
    reportOutcome(context, await deleteObjects(await context.store(), 'node', names))
  },
})

export const node: readonly Command[] = [
  list,
  showCommand,
  status,
  history,
  why,
  add,
  change,
  importRow,
  discover,
  arm,
  disarm,
  renameRow('node'),
  deleteCommand,
]
