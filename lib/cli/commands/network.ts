// luna network
import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import type { NetworkChange } from '../../task/change/network-change.ts'
import type { ShownMap } from '../../task/show/network-map.ts'
import { type Command, type Context, command, type Given } from '../command.ts'
import { fieldOption, fieldOptions, textOption } from '../field-option.ts'
import { eachOf, namesOf } from '../list-operand.ts'
import {
  deleteListRow,
  jsonText,
  listRow,
  renameRow,
  reportOutcome,
  show,
  showOptions,
  textFrom,
  warn,
  warnOfRest,
  withoutEmpty,
  withoutUndefined,
} from '../rows.ts'

const list = listRow('network', 'List all networks.', [
  ['Name', 'name'],
  ['Network', ({ NETWORK, PREFIX }) => `${String(NETWORK)}/${String(PREFIX)}`],
])

const showCommand = command({
  action: 'show',
  help: 'Show networks.',
  operand: 'list',
  options: {
    ...showOptions,
    reservedips: option('flag', 'only who has which address', { short: 'r' }),
    map: option('flag', 'only what is taken, by range, and what is free', { newer: true }),
  },
  examples: [
    ['luna network show cluster -r', 'every address that is in use, and by whom'],
    ['luna network show cluster --map', 'where there is room for a rack'],
  ],
  async run(context, given, list) {
    if (given.map && !given.raw && !given.comment) return await showMaps(context, given.json, list)
    if (given.json) return await show(context, 'network', given, await namesOf(context, 'network', list))
    await eachOf(context, 'network', list, async (one, name) => {
      if (!given.reservedips || given.raw || given.comment) return await show(one, 'network', given, [name])
      const { addressesInUse } = await import('../../task/show/addresses-in-use.ts')
      for (const { address, user } of await addressesInUse(await one.store(), name)) {
        one.print(`${address}:${user}\n`)
      }
    })
  },
})

async function showMaps(context: Context, json: boolean, list: string): Promise<void> {
  const { showMap } = await import('../../task/show/network-map.ts')
  const { mapText } = await import('../table/network-map.ts')
  const maps: ShownMap[] = []
  await eachOf(context, 'network', list, async (one, name) => {
    const map = await showMap(await one.store(), name)
    if (json) maps.push(map)
    else one.print(mapText(map))
  })
  if (json) context.print(jsonText(maps.length === 1 ? maps[0] : maps))
}

const add = command({
  action: 'add',
  help: 'Add an IPv4 or IPv6 network. Its name is the name of its DNS zone.',
  operand: 'none',
  options: {
    name: fieldOption('network', 'name', { short: 'n', required: true }),
    network: option('text', 'an address in it', { short: 'N', value: 'ADDRESS', required: true }),
    prefix: fieldOption('network', 'PREFIX', { short: 'P', value: 'BITS', required: true }),
    ...fieldOptions('network', {
      ns_hostname: { value: 'HOST', note: 'this machine when not given' },
      ns_ip: { value: 'ADDRESS', note: 'the last one when not given' },
    }),
  },
  examples: [
    ['luna network add -n cluster -N 10.30.0.0 -P 16', '65533 addresses, the last one for this machine'],
    ['luna network add -n six -N fd00:30:: -P 64', 'IPv6'],
  ],
  changes: 'told',
  exits: { invalid: 255 },
  async run(context, { name, network, prefix, ns_hostname, ns_ip }) {
    const { addNetwork } = await import('../../task/change/network.ts')
    const { defaultNameServer } = await import('../../host/hostname.ts')
    const nsHostname = ns_hostname || (await defaultNameServer())
    const wish = { name, address: network, prefix, nsHostname, ...(ns_ip && { nsIp: ns_ip }) }
    reportOutcome(context, await addNetwork(await context.store(), wish))
  },
})

const changeOptions = {
  network: option('text', 'another base; all addresses move with it', { short: 'N', value: 'ADDRESS' }),
  prefix: fieldOption('network', 'PREFIX', { short: 'P', value: 'BITS' }),
  reserve: option('text', 'take an address out of those that are given to nodes', {
    short: 'R',
    value: 'ADDRESS',
  }),
  release: option('text', 'let an address be given to nodes', { value: 'ADDRESS' }),
  ns_hostname: fieldOption('network', 'ns_hostname', { value: 'HOST' }),
  ns_ip: fieldOption('network', 'ns_ip', { value: 'ADDRESS' }),
  include: textOption('network', 'include'),
  rev_include: textOption('network', 'rev_include'),
  classless: fieldOption('network', 'classless', { value: 'LABEL', note: '"" for none', newer: true }),
  comment: textOption('network', 'comment', { short: 'C' }),
}

const change = command({
  action: 'change',
  help: 'Change one thing of networks: the first of these that is given.',
  operand: 'list',
  options: changeOptions,
  examples: [
    ['luna network change cluster -R 10.30.255.1', 'no node gets that address'],
    ['echo "mail IN MX 10 mx" | luna network change cluster --include', 'a record of your own'],
  ],
  changes: 'asked',
  exits: { usage: 1, invalid: 255, refused: 255 },
  async run(context, given, list) {
    const texts = [given.include, given.rev_include, given.comment].filter(Boolean)
    if (texts.length > 1) throw oneTextOnly()
    warnOfRest(
      context,
      { ...withoutEmpty(given), ...withoutUndefined({ classless: given.classless }) },
      changeOrder,
    )
    const { changeNetwork } = await import('../../task/change/network-change.ts')
    await eachOf(context, 'network', list, async (one, name) => {
      const wish = await firstChange(one, given, name)
      const store = await one.store()
      if (!wish) return void (await store.getNamed('network', name))
      reportOutcome(one, await changeNetwork(store, name, wish))
      if (!('include' in wish || 'rev_include' in wish)) return
      const { includeWarnings } = await import('../../task/generate/dns-include.ts')
      warn(one, await includeWarnings(store, name))
    })
  },
})

const changeOrder = [
  ...['comment', 'network', 'prefix', 'reserve', 'release', 'ns_hostname', 'ns_ip'],
  ...['include', 'rev_include', 'classless'],
]

function oneTextOnly(): LunaError {
  const fix = 'give one of --include, --rev_include, --comment'
  return new LunaError('usage', 'only one text can be read at a time', { fix })
}

/** The first of what is given, in the order of the first Luna; empty values count as not given. */
async function firstChange(
  context: Context,
  given: Given<typeof changeOptions>,
  name: string,
): Promise<NetworkChange | undefined> {
  const { network, prefix, reserve, release, ns_hostname, ns_ip, classless } = given
  const text = (field: 'include' | 'rev_include' | 'comment') => textFrom(context, 'network', name, field)
  if (given.comment) return { comment: await text('comment') }
  if (network) return { network }
  if (prefix !== undefined) return { prefix }
  if (reserve) return { reserve }
  if (release) return { release }
  if (ns_hostname) return { ns_hostname }
  if (ns_ip) return { ns_ip }
  if (given.include) return { include: await text('include') }
  if (given.rev_include) return { rev_include: await text('rev_include') }
  return classless === undefined ? undefined : { classless }
}

export const network: readonly Command[] = [
  list,
  showCommand,
  add,
  change,
  renameRow('network'),
  deleteListRow('network', async (context, name) => {
    const { deleteNetwork } = await import('../../task/change/network.ts')
    return await deleteNetwork(await context.store(), name)
  }),
]
