// luna switch
import { authProtocols, privProtocols, snmpVersions } from '../../object/switch.ts'
import { command, type ObjectCommands, option } from '../command.ts'
import {
  deleteRow,
  editCommentOption,
  listRow,
  renameRow,
  reportOutcome,
  showRow,
  withoutEmpty,
  withoutUndefined,
} from '../rows.ts'

const defaultOid = '.1.3.6.1.2.1.17.7.1.2.2.1.2'

const snmp3Options = {
  version: option('choice', 'SNMP version', { choices: snmpVersions }),
  user: option('text', 'SNMPv3 user'),
  'auth-protocol': option('choice', 'SNMPv3 authentication', { choices: authProtocols }),
  'auth-key': option('text', 'its key, of 8 characters at least', { value: 'KEY' }),
  'priv-protocol': option('choice', 'SNMPv3 privacy', { choices: privProtocols }),
  'priv-key': option('text', 'its key, of 8 characters at least', { value: 'KEY' }),
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
    network: option('text', 'network of the address', { short: 'N', refersTo: 'network', required: true }),
    ip: option('text', 'address', { short: 'i', value: 'ADDRESS', required: true }),
    read: option('text', 'SNMP community to read with', {
      short: 'r',
      value: 'COMMUNITY',
      default: 'public',
    }),
    rw: option('text', 'SNMP community to write with', {
      short: 'w',
      value: 'COMMUNITY',
      default: 'private',
    }),
    oid: option('text', 'SNMP table of MAC addresses', { short: 'o', default: defaultOid }),
    ...snmp3Options,
  },
  examples: [
    ['luna switch add -n sw01 -N cluster -i 10.30.253.1', 'asked every 30 seconds'],
    [
      'luna switch add -n sw02 -N cluster -i 10.30.253.2 --version 3 --user luna --auth-protocol sha --auth-key KEY',
      'by SNMPv3',
    ],
  ],
  guarded: true,
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
    network: option('text', 'network of the address', { short: 'N', refersTo: 'network' }),
    ip: option('text', 'address', { short: 'i', value: 'ADDRESS' }),
    read: option('text', 'SNMP community to read with', { short: 'r', value: 'COMMUNITY' }),
    rw: option('text', 'SNMP community to write with', { short: 'w', value: 'COMMUNITY' }),
    oid: option('text', 'SNMP table of MAC addresses', { short: 'o' }),
    ...snmp3Options,
    comment: editCommentOption,
  },
  examples: [["luna switch change 'sw[01-04]' -r secret", 'the community of four switches']],
  guarded: true,
  async run(context, { comment, ...settings }, names) {
    const { changeSwitches } = await import('../../task/change/switch.ts')
    const store = await context.store()
    const old = comment ? await store.findNamed('switch', names[0] ?? '') : undefined
    const text = comment ? { comment: await context.readText(old?.comment ?? '') } : {}
    reportOutcome(context, await changeSwitches(store, names, { ...named(withoutEmpty(settings)), ...text }))
  },
})

export const switches: ObjectCommands = {
  object: 'switch',
  help: 'network switches, which tell what is plugged in where',
  commands: [
    listRow('switch', 'List all switches.', [
      ['Name', 'name'],
      ['IP', 'ip'],
    ]),
    showRow('switch', 'names', 'Show switches.'),
    add,
    change,
    renameRow('switch'),
    deleteRow('switch', 'names', async (context, names) => {
      const { deleteSwitches } = await import('../../task/change/switch.ts')
      return await deleteSwitches(await context.store(), names)
    }),
  ],
}
