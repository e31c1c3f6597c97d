// luna otherdev

import { option } from '../../program/option.ts'
import { type Command, command } from '../command.ts'
import { textOption } from '../field-option.ts'
import {
  commentFrom,
  deleteRow,
  listRow,
  renameRow,
  reportOutcome,
  showRow,
  withoutEmpty,
  withoutUndefined,
} from '../rows.ts'

const add = command({
  action: 'add',
  help: 'Add devices that only have an address and a DNS name here.',
  operand: 'none',
  options: {
    name: option('names', 'their names, as a hostlist', { short: 'n', value: 'NAMES', required: true }),
    network: option('text', 'network of the address', { short: 'N', refersTo: 'network', required: true }),
    ip: option('text', 'address', { short: 'i', value: 'ADDRESS' }),
  },
  examples: [['luna otherdev add -n pdu01 -N ipmi -i 10.31.10.1', 'pdu01.ipmi has that address']],
  changes: 'told',
  exits: { failed: 255 },
  async run(context, { name, network, ip }) {
    const { addOtherdevs } = await import('../../task/change/otherdev.ts')
    reportOutcome(
      context,
      await addOtherdevs(await context.store(), { names: name, network, ...withoutUndefined({ ip }) }),
    )
  },
})

const change = command({
  action: 'change',
  help: 'Connect devices to a network, change their address there, or disconnect them.',
  operand: 'names',
  options: {
    network: option('text', 'the network', { short: 'N', refersTo: 'network' }),
    ip: option('text', 'address in it; "" disconnects', { short: 'i', value: 'ADDRESS' }),
    comment: textOption('otherdev', 'comment', { short: 'C' }),
  },
  examples: [
    ['luna otherdev change pdu01 -N cluster -i 10.30.10.1', 'an address in another network too'],
    ['luna otherdev change pdu01 -N cluster -i ""', 'that network no more'],
  ],
  changes: 'asked',
  async run(context, { comment, network, ip }, names) {
    const { changeOtherdevs } = await import('../../task/change/otherdev.ts')
    const store = await context.store()
    const text = comment ? { comment: await commentFrom(context, 'otherdev', names[0] ?? '') } : {}
    const settings = { ...withoutEmpty({ network }), ...withoutUndefined({ ip }), ...text }
    reportOutcome(context, await changeOtherdevs(store, names, settings))
  },
})

export const otherdev: readonly Command[] = [
  listRow('otherdev', 'List all other devices.', [
    ['Name', 'name'],
    ['IPs', 'connected'],
  ]),
  showRow('otherdev', 'names', 'Show other devices.'),
  add,
  change,
  renameRow('otherdev'),
  deleteRow('otherdev', 'names'),
]
