// luna cluster

import { option } from '../../program/option.ts'
import type { ServicePlaces } from '../../task/former-files.ts'
import { type Command, type Context, command } from '../command.ts'
import { fieldOptions, textOption } from '../field-option.ts'
import { commentFrom, reportOutcome, show, showOptions, tellSynced, withoutUndefined } from '../rows.ts'
import { makeCommands } from './cluster-make.ts'

// There is one cluster, and its name is of no interest.
const general = 'general'

const showCommand = command({
  action: 'show',
  help: 'Show the cluster.',
  operand: 'none',
  options: showOptions,
  examples: [['luna cluster show --json', 'the same for scripts']],
  async run(context, given) {
    const { getCluster } = await import('../../task/inventory.ts')
    await getCluster(await context.store())
    await show(context, 'cluster', given, [general])
  },
})

/** Where the services of the cluster write on this machine. */
function placesOf({ env, config }: Context): ServicePlaces {
  return {
    logDir: env.LUNA_LOGDIR || '/var/log/luna',
    tftpRoot: config.paths.tftp_root,
    ...('embedded' in config.store && { database: config.store.embedded }),
  }
}

const init = command({
  action: 'init',
  help: 'Make the cluster. The path must exist and belong to the user and its group.',
  operand: 'none',
  options: fieldOptions('cluster', {
    frontend_address: { value: 'ADDRESS', required: true },
    nodeprefix: { value: 'TEXT', defaulted: true },
    nodedigits: { defaulted: true },
    user: { defaulted: true },
    path: { refersTo: 'file', defaulted: true },
  }),
  examples: [['luna cluster init --frontend_address 10.30.255.254', 'for nodes in that network']],
  guarded: false,
  changes: 'told',
  exits: { invalid: 255 },
  async run(context, given) {
    const { initCluster } = await import('../../task/change/cluster.ts')
    const { logDir, database } = placesOf(context)
    const own = { logDir, ...(database !== undefined && { database }) }
    reportOutcome(context, await initCluster(await context.store(), { ...given, ...own }))
  },
})

const change = command({
  action: 'change',
  help: 'Change the cluster. All that is given is done; with -C only the comment.',
  operand: 'none',
  options: {
    ...fieldOptions('cluster', {
      nodeprefix: { short: 'p', value: 'TEXT' },
      nodedigits: { short: 'd' },
      path: { refersTo: 'file' },
      user: {},
      frontend_address: { value: 'ADDRESS' },
      frontend_port: { value: 'PORT' },
      frontend_https: {},
      server_port: { value: 'PORT' },
      tracker_interval: {},
      tracker_min_interval: {},
      tracker_maxpeers: {},
      torrent_listen_port_min: { value: 'PORT' },
      torrent_listen_port_max: { value: 'PORT' },
      torrent_pidfile: { value: 'FILE', refersTo: 'file' },
      lweb_num_proc: {},
      lweb_pidfile: { value: 'FILE', refersTo: 'file' },
      cluster_ips: { value: 'A,B' },
      boot_networks: { value: 'A,B', newer: true },
      ui_from: { value: 'A,B', newer: true },
      named_include_file: { value: 'FILE', refersTo: 'file' },
      named_zone_dir: { value: 'DIR', refersTo: 'file' },
      boot_access: { value: 'LEVEL' },
    }),
    comment: textOption('cluster', 'comment', { short: 'C' }),
    force: option('flag', 'also what makes this head passive: nothing can be changed here then'),
  },
  examples: [['luna cluster change --frontend_port 8080', 'then: luna cluster makenginx']],
  changes: 'asked',
  async run(context, { comment, force, ...settings }) {
    const { changeCluster } = await import('../../task/change/cluster.ts')
    const store = await context.store()
    const wish = comment
      ? { comment: await commentFrom(context, 'cluster', general) }
      : withoutUndefined(settings)
    reportOutcome(context, await changeCluster(store, wish, { force, places: placesOf(context) }))
  },
})

const deleteCommand = command({
  action: 'delete',
  help: 'Delete the cluster. Refused while there is anything in it, unless forced.',
  operand: 'none',
  options: { force: option('flag', 'delete the whole database, with everything in it') },
  examples: [['luna db export > backup.json; luna cluster delete --force', 'begin anew']],
  changes: 'asked',
  async run(context, given) {
    const { deleteCluster } = await import('../../task/change/cluster.ts')
    const { copiesFolder } = await import('../../task/database/copy.ts')
    const copies = context.rehearsed ? undefined : copiesFolder(context.config)
    const copy = await deleteCluster(await context.store(), { ...given, copies })
    if (copy) context.log.info('the old database is kept', { file: copy })
  },
})

const sync = command({
  action: 'sync',
  help: 'Copy the cluster path to the other heads.',
  operand: 'none',
  examples: [['luna cluster sync', 'nothing to do where there is one head']],
  async run(context) {
    const { syncWithTrees } = await import('../../task/sync.ts')
    const means = { onLine: (line: string) => context.log.info(line), signal: context.signal }
    tellSynced(context, await syncWithTrees(await context.store(), means))
  },
})

export const cluster: readonly Command[] = [showCommand, init, change, ...makeCommands, sync, deleteCommand]
