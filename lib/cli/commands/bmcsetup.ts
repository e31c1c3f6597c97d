// luna bmcsetup
import { bmcCertificates, bmcProtocols } from '../../object/bmcsetup.ts'
import { command, type ObjectCommands, option } from '../command.ts'
import {
  deleteRow,
  editCommentOption,
  listRow,
  renameRow,
  showRow,
  withoutEmpty,
  withoutUndefined,
} from '../rows.ts'

const number = 'int'

const reachOptions = {
  protocol: option('choice', 'how lpower switches; auto: Redfish where there is any', {
    choices: bmcProtocols,
  }),
  certificate: option('choice', 'which certificates Redfish accepts; known: of known authorities only', {
    choices: bmcCertificates,
  }),
}

const add = command({
  action: 'add',
  help: 'Add a setup of management controllers.',
  operand: 'none',
  options: {
    name: option('text', 'its name', { short: 'n', required: true }),
    user: option('text', 'user of the BMC, of 16 bytes at most', { short: 'u', default: 'ladmin' }),
    password: option('text', 'its password, of 20 bytes at most', { short: 'p', default: 'ladmin' }),
    userid: option(number, 'number of that user', { short: 'I', value: 'N', default: 3 }),
    netchannel: option(number, 'IPMI channel of the network', { short: 'N', value: 'N', default: 1 }),
    mgmtchannel: option(number, 'IPMI channel for that user', { short: 'M', value: 'N', default: 1 }),
    ...reachOptions,
  },
  examples: [['luna bmcsetup add -n base -u admin -p secret', 'user 3, channel 1, as most BMCs have it']],
  guarded: true,
  async run(context, given) {
    const { addBmcsetup } = await import('../../task/change/bmcsetup.ts')
    const { protocol, certificate, ...settings } = given
    await addBmcsetup(await context.store(), { ...settings, ...withoutUndefined({ protocol, certificate }) })
  },
})

const change = command({
  action: 'change',
  help: 'Change a setup. Nodes get it at their next installation.',
  operand: 'name',
  options: {
    user: option('text', 'user of the BMC, of 16 bytes at most', { short: 'u' }),
    password: option('text', 'its password, of 20 bytes at most', { short: 'p' }),
    userid: option(number, 'number of that user', { short: 'I', value: 'N' }),
    netchannel: option(number, 'IPMI channel of the network', { short: 'N', value: 'N' }),
    mgmtchannel: option(number, 'IPMI channel for that user', { short: 'M', value: 'N' }),
    ...reachOptions,
    comment: editCommentOption,
  },
  examples: [['luna bmcsetup change base -p newsecret', 'another password']],
  guarded: true,
  async run(context, { comment, ...settings }, name) {
    const store = await context.store()
    const { changeBmcsetup } = await import('../../task/change/bmcsetup.ts')
    if (!comment) return await changeBmcsetup(store, name, withoutEmpty(settings))
    const { commentObject } = await import('../../task/change/object.ts')
    const old = await store.getNamed('bmcsetup', name)
    await commentObject(store, 'bmcsetup', name, await context.readText(old.comment ?? ''))
  },
})

export const bmcsetup: ObjectCommands = {
  object: 'bmcsetup',
  help: 'setups of management controllers (BMC)',
  commands: [
    listRow('bmcsetup', 'List all setups.', [
      ['Name', 'name'],
      ['User', 'user'],
      ['Password', 'password'],
    ]),
    showRow('bmcsetup', 'name', 'Show a setup.'),
    add,
    change,
    renameRow('bmcsetup'),
    deleteRow('bmcsetup', 'name', async (context, name) => {
      const { deleteObject } = await import('../../task/change/object.ts')
      return await deleteObject(await context.store(), 'bmcsetup', name)
    }),
  ],
}
