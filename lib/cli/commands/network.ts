// luna network
import { LunaError } from '../../error.ts'
import type { NetworkChange } from '../../task/change/network-change.ts'
import { type Context, command, type ObjectCommands, option } from '../command.ts'
import { eachOf, namesOf } from '../list-operand.ts'
import {
  deleteListRow,
  editCommentOption,
  listRow,
  renameRow,
  reportOutcome,
  show,
  showOptions,
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
  },
  examples: [['luna network show cluster -r', 'every address that is in use, and by whom']],
  async run(context, given, list) {
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

const add = command({
  action: 'add',
  help: 'Add an IPv4 or IPv6 network. Its name is the name of its DNS zone.',
  operand: 'none',
  options: {
    name: option('text', 'its name', { short: 'n', required: true }),
    network: option('text', 'an address in it', { short: 'N', value: 'ADDRESS', required: true }),
    prefix: option('int', 'length of the prefix', { short: 'P', value: 'BITS', required: true }),
    ns_hostname: option('text', 'host name of the name server; this machine when not given', {
      value: 'HOST',
    }),
    ns_ip: option('text', 'address of the name server; the last one when not given', { value: 'ADDRESS' }),
  },
  examples: [
    ['luna network add -n cluster -N 10.30.0.0 -P 16', '65533 addresses, the last one for this machine'],
    ['luna network add -n six -N fd00:30:: -P 64', 'IPv6'],
  ],
  guarded: true,
  async run(context, { name, network, prefix, ns_hostname, ns_ip }) {
    const { addNetwork } = await import('../../task/change/network.ts')
    const { defaultNameServer } = await import('../../host/hostname.ts')
    const nsHostname = ns_hostname || (await defaultNameServer())
    const wish = { name, address: network, prefix, nsHostname, ...(ns_ip && { nsIp: ns_ip }) }
    reportOutcome(context, await addNetwork(await context.store(), wish))
  },
})

const change = command({
  action: 'change',
  help: 'Change one thing of networks: the first of these that is given.',
  operand: 'list',
  options: {
    network: option('text', 'another base; all addresses move with it', { short: 'N', value: 'ADDRESS' }),
    prefix: option('int', 'another length of the prefix', { short: 'P', value: 'BITS' }),
    reserve: option('text', 'take an address out of those that are given to nodes', {
      short: 'R',
      value: 'ADDRESS',
    }),
    release: option('text', 'let an address be given to nodes', { value: 'ADDRESS' }),
    ns_hostname: option('text', 'host name of the name server', { value: 'HOST' }),
    ns_ip: option('text', 'address of the name server', { value: 'ADDRESS' }),
    include: option('flag', 'lines of the forward zone, from standard input or $EDITOR'),
    rev_include: option('flag', 'lines of the reverse zone, from standard input or $EDITOR'),
    classless: option('text', 'label below the /24 that its owner refers to (RFC 2317); "" for none', {
      value: 'LABEL',
    }),
    comment: editCommentOption,
  },
  examples: [
    ['luna network change cluster -R 10.30.255.1', 'no node gets that address'],
    ['echo "mail IN MX 10 mx" | luna network change cluster --include', 'a record of your own'],
  ],
  guarded: true,
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
      if (wish) reportOutcome(one, await changeNetwork(await one.store(), name, wish))
      else await (await one.store()).getNamed('network', name)
    })
  },
})

const changeOrder = [
  ...['comment', 'network', 'prefix', 'reserve', 'release', 'ns_hostname', 'ns_ip'],
  ...['include', 'rev_include', 'classless'],
]

function oneTextOnly(): LunaError {
  const fix = 'give one of --include, --rev_include, --comment'
  return new LunaError('usage', 'only one text can be read at a time', { fix, exit: 1 })
}

interface Asked {
  readonly network?: string | undefined
  readonly prefix?: number | undefined
  readonly reserve?: string | undefined
  readonly release?: string | undefined
  readonly ns_hostname?: string | undefined
  readonly ns_ip?: string | undefined
  readonly classless?: string | undefined
  readonly include: boolean
  readonly rev_include: boolean
  readonly comment: boolean
}

/** The first of what is given, in the order of the first Luna; empty values count as not given. */
async function firstChange(context: Context, given: Asked, name: string): Promise<NetworkChange | undefined> {
  const { network, prefix, reserve, release, ns_hostname, ns_ip } = given
  const text = async (field: 'include' | 'rev_include' | 'comment') => {
    const old = await (await context.store()).getNamed('network', name)
    return await context.readText(old[field] ?? '')
  }
  if (given.comment) return { comment: await text('comment') }
  if (network) return { network }
  if (prefix !== undefined) return { prefix }
  if (reserve) return { reserve }
  if (release) return { release }
  if (ns_hostname) return { nsHostname: ns_hostname }
  if (ns_ip) return { nsIp: ns_ip }
  if (given.include) return { include: await text('include') }
  if (given.rev_include) return { revInclude: await text('rev_include') }
  return given.classless === undefined ? undefined : { classless: given.classless }
}

export const network: ObjectCommands = {
  object: 'network',
  help: 'networks: addresses and DNS zones',
  commands: [
    list,
    showCommand,
    add,
    change,
    renameRow('network'),
    deleteListRow('network', async (context, name) => {
      const { deleteNetwork } = await import('../../task/change/network.ts')
      return await deleteNetwork(await context.store(), name)
    }),
  ],
}
