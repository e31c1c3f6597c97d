// luna group
import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import { type Command, type Context, command, type Given } from '../command.ts'
import { fieldOption, onlyOption } from '../field-option.ts'
import { eachOf, namesOf } from '../list-operand.ts'
import {
  commentOption,
  deleteListRow,
  jsonOption,
  listRow,
  printText,
  renameRow,
  reportOutcome,
  show,
  withoutEmpty,
} from '../rows.ts'
import { change } from './group-change.ts'

const one = { exclusive: 'one' } as const

const showOptions = {
  raw: option('flag', 'the stored document as JSON', { short: 'R', ...one }),
  osimage: onlyOption('group', 'osimage', { short: 'o', ...one }),
  prescript: onlyOption('group', 'prescript', { aliases: ['pre'], ...one }),
  postscript: onlyOption('group', 'postscript', { aliases: ['post'], ...one }),
  partscript: onlyOption('group', 'partscript', { aliases: ['part'], ...one }),
  bmcsetup: onlyOption('group', 'bmcsetup', { short: 'b', ...one }),
  interface: option('text', 'only this interface, as JSON', {
    short: 'i',
    value: 'IF',
    refersTo: 'interface',
    ...one,
  }),
  comment: option('flag', commentOption.help, { short: 'C', ...one }),
  json: jsonOption,
} as const

const showCommand = command({
  action: 'show',
  help: 'Show groups, or one thing of them.',
  operand: 'list',
  options: showOptions,
  examples: [['luna group show compute --post > post.sh', 'a script, to be changed and given back']],
  async run(context, given, list) {
    if (given.json) return await show(context, 'group', given, await namesOf(context, 'group', list))
    await eachOf(context, 'group', list, async (one, name) => await showGroup(one, given, name))
  },
})

async function showGroup(context: Context, given: Given<typeof showOptions>, name: string): Promise<void> {
  const store = await context.store()
  const { showObject } = await import('../../task/show/objects.ts')
  for (const field of ['prescript', 'postscript', 'partscript'] as const) {
    if (given[field]) return printText(context, (await store.getNamed('group', name))[field])
  }
  for (const field of ['osimage', 'bmcsetup'] as const) {
    if (!given[field]) continue
    const other = (await showObject(store, 'group', name, new Date()))[field]
    return printText(context, other === null ? 'None' : `[${String(other)}]`)
  }
  if (given.interface === undefined) return await show(context, 'group', given, [name])
  await showInterface(context, name, given.interface)
}

async function showInterface(context: Context, name: string, wanted: string): Promise<void> {
  const { groupInterfaceFacts } = await import('../../task/show/group-interfaces.ts')
  const facts = await groupInterfaceFacts(await context.store(), name, wanted)
  if (facts) return printText(context, JSON.stringify(facts))
  // The word and the exit status 0 are what scripts of the first Luna look for.
  context.log.error(`group "${name}" has no interface "${wanted}"`)
  context.print('False\n')
}

const add = command({
  action: 'add',
  help: 'Add a group with the interface BOOTIF in a network, and BMC in another.',
  operand: 'none',
  options: {
    name: fieldOption('group', 'name', { short: 'n', required: true }),
    osimage: fieldOption('group', 'osimage', { short: 'o', required: true }),
    network: option('text', 'network that its nodes boot from', {
      short: 'N',
      refersTo: 'network',
      required: true,
    }),
    bmcsetup: fieldOption('group', 'bmcsetup', { short: 'b' }),
    bmcnetwork: option('text', 'network of the BMCs', { short: 'bn', value: 'NETWORK', refersTo: 'network' }),
  },
  examples: [
    ['luna group add -n compute -o compute -N cluster', 'without BMCs'],
    ['luna group add -n compute -o compute -N cluster -b base -bn ipmi', 'with BMCs'],
  ],
  changes: 'told',
  async run(context, { name, osimage, network, ...bmc }) {
    const { addGroup } = await import('../../task/change/group.ts')
    reportOutcome(
      context,
      await addGroup(await context.store(), { name, osimage, network, ...withoutEmpty(bmc) }),
    )
  },
})

const clone = command({
  action: 'clone',
  help: 'Add a group like another one, without nodes.',
  operand: 'name',
  options: { to: option('text', 'name of the new group', { short: 't', value: 'NAME', required: true }) },
  examples: [['luna group clone compute -t gpu', 'same image, scripts, interfaces and networks']],
  changes: 'told',
  async run(context, { to }, from) {
    const { cloneGroup } = await import('../../task/change/group.ts')
    if (to === '')
      throw new LunaError('invalid', 'the name of the new group is empty', { fix: 'give it one: --to NAME' })
    reportOutcome(context, await cloneGroup(await context.store(), { from, to }))
  },
})

export const group: readonly Command[] = [
  listRow('group', 'List all groups.', [
    ['Name', 'name'],
    ['Osimage', 'osimage'],
    ['Interfaces', 'interfaces'],
  ]),
  showCommand,
  add,
  change,
  clone,
  renameRow('group'),
  deleteListRow('group'),
]
