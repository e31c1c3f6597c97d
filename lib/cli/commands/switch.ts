// luna switch
import { command, type ObjectCommands, option } from '../command.ts'
import { deleteRow, editCommentOption, filled, listRow, renameRow, showRow, tell } from '../rows.ts'

const defaultOid = '.1.3.6.1.2.1.17.7.1.2.2.1.2'

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
  },
  examples: [['luna switch add -n sw01 -N cluster -i 10.30.253.1', 'asked every 30 seconds']],
  guarded: true,
  async run(context, { name, ...wish }) {
    const { addSwitches } = await import('../../task/switch.ts')
    tell(context, await addSwitches(await context.store(), { names: name, ...wish }))
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
    comment: editCommentOption,
  },
  examples: [["luna switch change 'sw[01-04]' -r secret", 'the community of four switches']],
  guarded: true,
  async run(context, { comment, ...settings }, names) {
    const { changeSwitches } = await import('../../task/switch.ts')
    const store = await context.store()
    const old = comment ? await store.findNamed('switch', names[0] ?? '') : undefined
    const text = comment ? { comment: await context.readText(old?.comment ?? '') } : {}
    tell(context, await changeSwitches(store, names, { ...filled(settings), ...text }))
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
      const { deleteSwitches } = await import('../../task/switch.ts')
      return await deleteSwitches(await context.store(), names)
    }),
  ],
}
