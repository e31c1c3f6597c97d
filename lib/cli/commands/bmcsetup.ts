// luna bmcsetup
import { type Command, command } from '../command.ts'
import { fieldOptions, textOption } from '../field-option.ts'
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
  help: 'Add a setup of management controllers.',
  operand: 'none',
  options: fieldOptions('bmcsetup', {
    name: { short: 'n', required: true },
    user: { short: 'u', defaulted: true },
    password: { short: 'p', defaulted: true },
    userid: { short: 'I', defaulted: true },
    netchannel: { short: 'N', defaulted: true },
    mgmtchannel: { short: 'M', defaulted: true },
    protocol: { newer: true },
    certificate: { newer: true },
  }),
  examples: [['luna bmcsetup add -n base -u admin -p secret', 'user 3, channel 1, as most BMCs have it']],
  changes: 'told',
  async run(context, given) {
    const { addBmcsetup } = await import('../../task/change/bmcsetup.ts')
    const wish = { ...withoutUndefined(given), name: given.name }
    reportOutcome(context, await addBmcsetup(await context.store(), wish))
  },
})

const change = command({
  action: 'change',
  help: 'Change a setup. Nodes get it at their next installation.',
  operand: 'name',
  options: {
    ...fieldOptions('bmcsetup', {
      user: { short: 'u' },
      password: { short: 'p' },
      userid: { short: 'I' },
      netchannel: { short: 'N' },
      mgmtchannel: { short: 'M' },
      protocol: { newer: true },
      certificate: { newer: true },
    }),
    comment: textOption('bmcsetup', 'comment', { short: 'C' }),
  },
  examples: [['luna bmcsetup change base -p newsecret', 'another password']],
  changes: 'asked',
  async run(context, { comment, ...settings }, name) {
    const store = await context.store()
    const { changeBmcsetup } = await import('../../task/change/bmcsetup.ts')
    const wish = comment ? { comment: await commentFrom(context, 'bmcsetup', name) } : withoutEmpty(settings)
    for (const field of ['userid', 'netchannel', 'mgmtchannel'] as const)
      if (settings[field] === 0) context.log.warning(`${field} stays as it is: 0 means that it is not given`)
    reportOutcome(context, await changeBmcsetup(store, name, wish))
  },
})

export const bmcsetup: readonly Command[] = [
  listRow('bmcsetup', 'List all setups.', [
    ['Name', 'name'],
    ['User', 'user'],
    ['Password', 'password'],
  ]),
  showRow('bmcsetup', 'name', 'Show a setup.'),
  add,
  change,
  renameRow('bmcsetup'),
  deleteRow('bmcsetup', 'name'),
]
