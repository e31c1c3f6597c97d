// luna cluster make...: the files that dhcpd, named, nginx and tftpd read; and what looks at all of the
// database.

import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import type { Store } from '../../store/store.ts'
import type { Generated } from '../../task/generate/generate.ts'
import type { Due } from '../../task/make-due.ts'
import { type Context, command } from '../command.ts'
import { jsonOption, jsonText, reportOutcome, withoutUndefined } from '../rows.ts'

const dryRunOption = option('flag', 'show what would change, and change nothing')

async function tellMade(context: Context, made: Generated): Promise<void> {
  const { formerTemplates } = await import('../../task/generate/generate.ts')
  const { getCluster } = await import('../../task/inventory.ts')
  const former = formerTemplates(await getCluster(await context.store()))
  if (former) context.log.info(former)
  context.print(made.diff)
  for (const info of made.infos) context.log.info(info)
  for (const file of made.changed) context.log.info('wrote', { file })
  for (const file of made.removed) context.log.info('removed', { file })
  reportOutcome(context, made)
}

const make = command({
  action: 'make',
  help: 'Write all generated files that are due, of the kinds that were made before.',
  operand: 'none',
  options: {
    check: option('flag', 'only print what is due, and change nothing; exit status 1 when anything is'),
  },
  examples: [
    ['luna cluster make', 'after changes, in place of makedhcp, makedns, makenginx and maketftp'],
    ['luna cluster make --check || mail -s "luna cluster make is due" root', 'now and then, by cron'],
  ],
  async run(context, { check: checks }) {
    const { findDue } = await import('../../task/make-due.ts')
    const store = await context.store()
    const { kinds, never, failures } = await findDue(store, context.config)
    for (const failure of failures) context.report(failure)
    if (checks) return tellDue(context, kinds)
    for (const { kind } of kinds)
      await kind
        .make(store, context.config, false)
        .then((made) => tellMade(context, made))
        .catch((error: unknown) => context.report(error))
    if (kinds.length === 0 && failures.length === 0) context.log.info('nothing is due')
    for (const { name, first } of never) context.log.info(`never made: ${name} (${first})`)
  },
})

function tellDue(context: Context, kinds: Due['kinds']): void {
  for (const { kind, files } of kinds) for (const file of files) context.print(`${kind.name}: ${file}\n`)
  if (kinds.length === 0) return
  const names = kinds.map(({ kind }) => kind.name).join(', ')
  context.report(new LunaError('failed', `due: ${names}`, { fix: 'luna cluster make' }))
}

const makedhcp = command({
  action: 'makedhcp',
  help: 'Write dhcpd.conf, have dhcpd check it, and restart dhcpd when it differs.',
  operand: 'none',
  options: {
    network: option('text', 'the network that dhcpd serves', { short: 'N', refersTo: 'network' }),
    start_ip: option('text', 'first address for unknown machines', { short: 's', value: 'ADDRESS' }),
    end_ip: option('text', 'last address for unknown machines', { short: 'e', value: 'ADDRESS' }),
    native_dhcp_ha: option('flag', 'two heads answer, as a failover pair'),
    'dry-run': dryRunOption,
  },
  examples: [
    ['luna cluster makedhcp -N cluster -s 10.30.128.1 -e 10.30.140.1', 'serve "cluster" from now on'],
    ['luna cluster makedhcp', 'again, after nodes got their MAC addresses'],
  ],
  async run(context, given) {
    const { makeDhcp } = await import('../../task/generate/dhcp.ts')
    const { network, start_ip: start, end_ip: end } = given
    const range = withoutUndefined({ network, start, end })
    const wish = { ...range, nativeHa: given.native_dhcp_ha, dryRun: given['dry-run'] }
    await tellMade(context, await makeDhcp(await context.store(), context.config, wish))
  },
})

const makedns = command({
  action: 'makedns',
  help: 'Write the zones of all networks, have named check them, and reload named.',
  operand: 'none',
  options: { 'dry-run': dryRunOption },
  examples: [['luna cluster makedns --dry-run', 'what would change']],
  async run(context, given) {
    const { makeDns } = await import('../../task/generate/dns.ts')
    const wish = { dryRun: given['dry-run'] }
    await tellMade(context, await makeDns(await context.store(), context.config, wish))
  },
})

const makenginx = command({
  action: 'makenginx',
  help: "Write nginx's luna.conf, have nginx check it, and reload nginx when it differs.",
  operand: 'none',
  options: { 'dry-run': dryRunOption },
  examples: [['luna cluster makenginx', 'after frontend_port or server_port were changed']],
  async run(context, given) {
    const { makeNginx } = await import('../../task/generate/nginx.ts')
    const wish = { dryRun: given['dry-run'] }
    await tellMade(context, await makeNginx(await context.store(), context.config, wish))
  },
})

const maketftp = command({
  action: 'maketftp',
  help: 'Fill the TFTP root with the iPXE binaries of the distribution.',
  operand: 'none',
  options: {
    tftp_root: option('text', 'the TFTP root; as luna.conf says, else /tftpboot', {
      value: 'DIR',
      refersTo: 'file',
    }),
    'dry-run': dryRunOption,
  },
  examples: [
    ['luna cluster maketftp --tftp_root /srv/tftp', 'this once; for good it belongs into luna.conf'],
  ],
  async run(context, given) {
    const { makeTftp } = await import('../../task/generate/tftp.ts')
    const wish = { ...withoutUndefined({ tftpRoot: given.tftp_root }), dryRun: given['dry-run'] }
    await tellMade(context, await makeTftp(await context.store(), context.config, wish))
  },
})

const listmacs = command({
  action: 'listmacs',
  help: 'List the MAC addresses that switches have seen, and which node is configured at that port.',
  operand: 'none',
  options: { age: option('flag', 'also how long ago the switch told'), json: jsonOption },
  examples: [['luna cluster listmacs --age', 'what is plugged in where']],
  async run(context, given) {
    const { listMacs } = await import('../../task/show/listmacs.ts')
    const seen = await listMacs(await context.store(), new Date())
    if (given.json) return context.print(jsonText(seen ?? []))
    if (seen === undefined) return context.log.error('there are no switches (luna switch add)')
    const { macTable } = await import('../table/mac-table.ts')
    if (seen.length > 0) context.print(macTable(seen, given))
  },
})

const check = command({
  action: 'check',
  help: 'Look for what does not fit together in the database: a line each.',
  operand: 'none',
  options: {
    repair: option('flag', 'mend what can be mended without a decision of yours'),
    'keep-reserved': option('flag', 'leave addresses reserved that nothing has'),
    json: jsonOption,
  },
  examples: [['luna cluster check --repair', 'after a crash']],
  async run(context, given) {
    const { checkCluster } = await import('../../task/database/check.ts')
    const store = await context.store()
    if (given.repair) await mayRepair(store)
    const findings = await checkCluster(store, {
      repair: given.repair,
      keepReserved: given['keep-reserved'],
    })
    if (given.json) context.print(jsonText(findings))
    else for (const { line, repaired } of findings) context.print(`${line}${repaired ? ' (repaired)' : ''}\n`)
    for (const line of await store.advice()) context.log.info(line)
    const { unpackedLines } = await import('../../task/show/unpacked.ts')
    const { loadInventory } = await import('../../task/inventory.ts')
    for (const line of unpackedLines(await loadInventory(store))) context.log.warning(line)
    const left = findings.filter(({ repaired, harmless }) => !repaired && !harmless).length
    const fix = given.repair
      ? 'decide about what is left'
      : 'luna cluster check --repair, or decide about each'
    if (left > 0)
      context.report(new LunaError('failed', `${left} defect${left === 1 ? '' : 's'} found`, { fix }))
  },
})

/** Looking is for every head; a repair is a change, which only the active one may make. */
async function mayRepair(store: Store): Promise<void> {
  const { getCluster } = await import('../../task/inventory.ts')
  const { assertActiveHead } = await import('../../task/heads.ts')
  await assertActiveHead(await getCluster(store))
}

export const makeCommands = [make, makedhcp, makedns, makenginx, maketftp, listmacs, check]
