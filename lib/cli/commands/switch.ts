// luna switch

import { option } from '../../program/option.ts'
import { type Command, command } from '../command.ts'
import { fieldOption, fieldOptions, textOption } from '../field-option.ts'
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

const snmp3Options = {
  version: fieldOption('switch', 'version'),
  user: fieldOption('switch', 'user'),
  'auth-protocol': fieldOption('switch', 'auth_protocol'),
  'auth-key': fieldOption('switch', 'auth_key', { value: 'KEY' }),
  'priv-protocol': fieldOption('switch', 'priv_protocol'),
  'priv-key': fieldOption('switch', 'priv_key', { value: 'KEY' }),
}

/** Options by the names of the fields that they set. */
function named<T extends Readonly<Record<string, unknown>>>(given: T): Underscored<T> {
  const entries = Object.entries(withoutUndefined(given)).map(([name, value]) => [
    name.replaceAll('-', '_'),
    value,
  ])
  return Object.fromEntries(entries) as Underscored<T>
}

type Underscored<T> = {
  readonly [N in keyof T as N extends `${infer A}-${infer B}` ? `${A}_${B}` : N]?: Exclude<T[N], undefined>
}

const add = command({
  action: 'add',
  help: 'Add switches. What they know of MAC addresses is used to find out which node asks.',
  operand: 'none',
  options: {
    name: option('names', 'their names, as a hostlist', { short: 'n', value: 'NAMES', required: true }),
    ...fieldOptions('switch', {
      network: { short: 'N', required: true },
      ip: { short: 'i', value: 'ADDRESS', required: true },
      read: { short: 'r', value: 'COMMUNITY', defaulted: true },
      rw: { short: 'w', value: 'COMMUNITY', defaulted: true },
      oid: { short: 'o', defaulted: true },
    }),
    ...snmp3Options,
  },
  examples: [
    ['luna switch add -n sw01 -N cluster -i 10.30.253.1', 'asked every 30 seconds'],
    [
      'luna switch add -n sw02 -N cluster -i 10.30.253.2 --version 3 --user luna --auth-protocol sha --auth-key KEY',
      'by SNMPv3',
    ],
  ],
  changes: 'told',
  exits: { failed: 255 },
  async run(context, { name, network, ip, ...settings }) {
    const { addSwitches } = await import('../../task/change/switch.ts')
    const wish = { names: name, network, ip, ...named(settings) }
    reportOutcome(context, await addSwitches(await context.store(), wish))
  },
})

const change = command({
  action: 'change',
  help: 'Change switches. A new network keeps the place of the address in it.',
  operand: 'names',
  options: {
    ...fieldOptions('switch', {
      network: { short: 'N' },
      ip: { short: 'i', value: 'ADDRESS' },
      read: { short: 'r', value: 'COMMUNITY' },
      rw: { short: 'w', value: 'COMMUNITY' },
      oid: { short: 'o' },
    }),
    ...snmp3Options,
    comment: textOption('switch', 'comment', { short: 'C' }),
  },
  examples: [["luna switch change 'sw[01-04]' -r secret", 'the community of four switches']],
  changes: 'asked',
  async run(context, { comment, ...settings }, names) {
    const { changeSwitches } = await import('../../task/change/switch.ts')
    const store = await context.store()
    const text = comment ? { comment: await commentFrom(context, 'switch', names[0] ?? '') } : {}
    reportOutcome(context, await changeSwitches(store, names, { ...named(withoutEmpty(settings)), ...text }))
  },
})

export const switches: readonly Command[] = [
  listRow('switch', 'List all switches.', [
    ['Name', 'name'],
    ['IP', 'ip'],
  ]),
  showRow('switch', 'names', 'Show switches.'),
  add,
  change,
  renameRow('switch'),
  deleteRow('switch', 'names'),
]
