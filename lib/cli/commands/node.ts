// luna node

import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import type { Coming } from '../../task/choose/nodes.ts'
import { choosingOptions, whereOption } from '../choosing/chosen.ts'
import { type Command, type Context, command } from '../command.ts'
import { fieldOption, fieldOptions, textOption } from '../field-option.ts'
import { commentFrom, renameRow, reportOutcome, withoutEmpty, withoutUndefined } from '../rows.ts'
import { arm, disarm, discover } from './node-boot.ts'
import { importRow } from './node-import.ts'
import { list, showNodes } from './node-list.ts'
import { history, status, why } from './node-status.ts'

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
    where: option('texts', 'only the names of which this holds: FIELD is name, group or image', {
      value: 'FIELD=PATTERN',
      begins: ['name=', 'name!=', 'group=', 'image='],
      newer: true,
    }),
  },
  examples: [
    ['luna node add -g compute', 'one more node'],
    ["luna node add -g compute -n 'node[001-100]'", 'a hundred'],
    ["luna node add -g compute -n 'node[201-240]' -i BOOTIF 10.30.0.201", 'node240 has 10.30.0.240'],
    [
      "luna node add -g compute -n '@rack7,!node[707]' --where 'name!=login*'",
      'most of a list that is in a file',
    ],
  ],
  changes: 'told',
  exits: { failed: 255 },
  async run(context, { name, group, interface: address, where }) {
    const { addNodes } = await import('../../task/change/node.ts')
    const names = where ? await namesOf(context, { names: name ?? [], group, where }) : name
    if (names?.length === 0) return context.log.warning('nothing is done: no name fits')
    const wish = {
      ...{ group, ...withoutUndefined({ names }) },
      ...(address && { interface: { name: address[0], address: address[1] } }),
    }
    reportOutcome(context, await addNodes(await context.store(), wish))
  },
})

/** Of the names that are given those that fit. */
async function namesOf(context: Context, coming: Coming): Promise<readonly string[]> {
  if (coming.names.length === 0)
    throw new LunaError('usage', '--where chooses among names, and none are given', {
      fix: "give them: -n 'node[001-100]', or -n @FILE",
    })
  const { namesToAdd } = await import('../../task/choose/nodes.ts')
  return await namesToAdd(await context.store(), coming)
}

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
  changes: 'asked',
  async run(context, _given, names) {
    const { deleteObjects } = await import('../../task/change/object.ts')
    reportOutcome(context, await deleteObjects(await context.store(), 'node', names))
  },
})

export const node: readonly Command[] = [
  list,
  showNodes,
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
