// luna group change: one thing at a time, the first of what is given.
import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import type { Store } from '../../store/store.ts'
import { type Context, command, type Given } from '../command.ts'
import { fieldOptions, textOption } from '../field-option.ts'
import { eachOf } from '../list-operand.ts'
import { reportOutcome, textFrom, warnOfRest, withoutEmpty, withoutUndefined } from '../rows.ts'

const options = {
  ...fieldOptions('group', {
    osimage: { short: 'o' },
    domain: { short: 'd', value: 'NETWORK', note: '"" for none' },
    bmcsetup: { short: 'b', note: '"" for none' },
    torrent_if: { aliases: ['ti'], value: 'IF', refersTo: 'interface', note: '"" for any' },
  }),
  prescript: textOption('group', 'prescript', { aliases: ['pre'] }),
  partscript: textOption('group', 'partscript', { aliases: ['part'] }),
  postscript: textOption('group', 'postscript', { aliases: ['post'] }),
  comment: textOption('group', 'comment', { short: 'C' }),
  interface: option('text', 'an interface, with one of the following', {
    short: 'i',
    value: 'IF',
    refersTo: 'interface',
  }),
  add: option('flag', 'add that interface', { short: 'A' }),
  delete: option('flag', 'delete it', { short: 'D' }),
  setnet: option('text', 'put it into a network', { aliases: ['sn'], value: 'NETWORK', refersTo: 'network' }),
  like: option('text', 'with --setnet: the number that each node has on that interface, where it is free', {
    value: 'IF',
    refersTo: 'interface',
    newer: true,
  }),
  delnet: option('optional', 'take it out of its network', {
    aliases: ['dn'],
    value: 'NETWORK',
    refersTo: 'network',
  }),
  number: option('text', 'node N gets this address + N on it, where that is free; "" for no more', {
    value: 'BASE',
    newer: true,
  }),
  rename: option('text', 'give it another name', { aliases: ['nn'], value: 'NAME' }),
  edit: option('flag', 'its parameters, in ifcfg form, from standard input or $EDITOR', { short: 'e' }),
} as const

type Asked = Given<typeof options>

export const change = command({
  action: 'change',
  help: 'Change one thing of groups. All their nodes get it.',
  operand: 'list',
  options,
  examples: [
    ['luna group change compute -o compute-2026', 'another image, at the next boot of each node'],
    [
      'luna group change compute -i eth1 --add; luna group change compute -i eth1 --setnet storage',
      'one more interface, and an address on it for every node',
    ],
    [
      'luna group change compute -i ib0 --setnet ib --like BOOTIF',
      'the same numbers as on the boot interface',
    ],
    ['luna group change compute -i BOOTIF --number 10.30.0.0', 'node007 gets 10.30.0.7 when it is added'],
    ['luna group change compute --post < post.sh', 'another script'],
  ],
  changes: 'asked',
  exits: { usage: 1 },
  async run(context, asked, list) {
    refuseTwo(asked)
    warnOfRest(context, asked, [...textFields, 'interface', ...references])
    warnOfRest(context, asked, actions)
    await eachOf(context, 'group', list, async (one, name) => await changeGroup(one, asked, name))
  },
})

async function changeGroup(context: Context, asked: Asked, name: string): Promise<void> {
  const store = await context.store()
  const field = textFields.find((one) => asked[one])
  if (field) return await changeText(context, store, name, field)
  if (asked.interface !== undefined) return await changeInterface(context, store, name, asked)
  await changeReference(context, store, name, asked)
}

const references = ['torrent_if', 'osimage', 'domain', 'bmcsetup']
const actions = ['add', 'delete', 'setnet', 'delnet', 'number', 'rename', 'edit']
const textFields = ['prescript', 'postscript', 'partscript', 'comment'] as const

function refuseTwo(asked: Asked): void {
  const given = [
    ...textFields.filter((one) => asked[one]),
    ...(asked.interface === undefined ? [] : ['interface']),
  ]
  if (asked.like !== undefined && !asked.setnet)
    throw new LunaError('usage', '--like says which addresses --setnet gives', {
      fix: 'add --setnet NETWORK',
    })
  if (given.length < 2) return
  const why = `${given.map((one) => `--${one}`).join(' and ')} are given`
  throw new LunaError('usage', 'one command changes one of these', { why, fix: 'give one of them' })
}

async function changeText(
  context: Context,
  store: Store,
  name: string,
  field: (typeof textFields)[number],
): Promise<void> {
  const task = await import('../../task/change/group.ts')
  const text = await textFrom(context, 'group', name, field)
  reportOutcome(context, await task.changeGroup(store, name, { [field]: text }))
}

/** The first of torrent_if, osimage, domain, bmcsetup; the empty text clears all but the image. */
async function changeReference(context: Context, store: Store, name: string, asked: Asked): Promise<void> {
  const task = await import('../../task/change/group.ts')
  const wishes = [
    withoutUndefined({ torrent_if: asked.torrent_if }),
    withoutEmpty({ osimage: asked.osimage }),
    withoutUndefined({ domain: asked.domain }),
    withoutUndefined({ bmcsetup: asked.bmcsetup }),
  ]
  const wish = wishes.find((one) => Object.keys(one).length > 0)
  if (wish) reportOutcome(context, await task.changeGroup(store, name, wish))
  else await store.getNamed('group', name)
}

async function changeInterface(context: Context, store: Store, group: string, asked: Asked): Promise<void> {
  const task = await import('../../task/change/group-interface.ts')
  const networks = () => import('../../task/change/group-network.ts')
  const name = asked.interface ?? ''
  const { setnet, like, delnet, number, rename } = asked
  if (asked.add) reportOutcome(context, await task.addInterface(store, group, name))
  else if (asked.delete) reportOutcome(context, await task.deleteInterface(store, group, name))
  else if (setnet)
    reportOutcome(context, await (await networks()).setNetwork(store, group, name, setnet, like))
  else if (delnet !== undefined) {
    const network = delnet === true || delnet === '' ? undefined : delnet
    reportOutcome(context, await (await networks()).delNetwork(store, group, name, network))
  } else if (number !== undefined)
    reportOutcome(context, await (await networks()).setNumbers(store, group, name, number))
  else if (rename) reportOutcome(context, await task.renameInterface(store, group, name, rename))
  else if (asked.edit) await editInterface(context, store, group, name)
  else {
    const fix = 'give one of --add, --delete, --setnet, --delnet, --number, --rename, --edit'
    throw new LunaError('usage', `nothing to do with the interface ${name}`, { fix })
  }
}

async function editInterface(context: Context, store: Store, group: string, name: string): Promise<void> {
  const { editInterface: edit } = await import('../../task/change/group-interface.ts')
  const { interfaces } = await store.getNamed('group', group)
  const old = Object.values(interfaces).find((iface) => iface.name === name)
  reportOutcome(context, await edit(store, group, name, (await context.readText(old?.params ?? '')).trim()))
}
