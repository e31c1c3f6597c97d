// luna cluster
import { command, type ObjectCommands, option } from '../command.ts'
import { editCommentOption, reportOutcome, show, showOptions, withoutUndefined } from '../rows.ts'
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
    const { getCluster } = await import('../../task/get-cluster.ts')
    await getCluster(await context.store())
    await show(context, 'cluster', given, [general])
  },
})

const init = command({
  action: 'init',
  help: 'Make the cluster. The path must exist and belong to the user and its group.',
  operand: 'none',
  options: {
    frontend_address: option('text', 'the address that nodes reach this machine at', {
      value: 'ADDRESS',
      required: true,
    }),
    nodeprefix: option('text', 'what automatic node names begin with', { value: 'TEXT', default: 'node' }),
    nodedigits: option('int', 'how many digits they have', { value: 'N', default: 3 }),
    user: option('text', 'user of the services', { default: 'luna' }),
    path: option('text', 'where boot files and images go', { refersTo: 'file', default: '/opt/luna' }),
  },
  examples: [['luna cluster init --frontend_address 10.30.255.254', 'for nodes in that network']],
  async run(context, given) {
    const { initCluster } = await import('../../task/change/cluster.ts')
    const logDir = context.env.LUNA_LOGDIR || '/var/log/luna'
    reportOutcome(context, await initCluster(await context.store(), { ...given, logDir }))
  },
})

const change = command({
  action: 'change',
  help: 'Change the cluster. All that is given is done; with -C only the comment.',
  operand: 'none',
  options: {
    nodeprefix: option('text', 'what automatic node names begin with', { short: 'p', value: 'TEXT' }),
    nodedigits: option('int', 'how many digits they have', { short: 'd', value: 'N' }),
    path: option('text', 'where boot files and images are', { refersTo: 'file' }),
    user: option('text', 'user of the services'),
    frontend_address: option('text', 'the address that nodes reach this cluster at', { value: 'ADDRESS' }),
    frontend_port: option('int', 'port of nginx', { value: 'PORT' }),
    frontend_https: option('yes-no', 'nodes use https'),
    server_port: option('int', 'loopback port of lweb; 0 is its unix socket', { value: 'PORT' }),
    tracker_interval: option('int', 'seconds between announces of a torrent client', { value: 'N' }),
    tracker_min_interval: option('int', 'seconds that it waits at least', { value: 'N' }),
    tracker_maxpeers: option('int', 'the most peers that one announce may ask for', { value: 'N' }),
    torrent_listen_port_min: option('int', 'lowest port of the seeder', { value: 'PORT' }),
    torrent_listen_port_max: option('int', 'highest port of the seeder', { value: 'PORT' }),
    torrent_pidfile: option('text', 'pid file of ltorrent', { value: 'FILE', refersTo: 'file' }),
    lweb_num_proc: option('int', 'web workers; 0 is one per processor', { value: 'N' }),
    lweb_pidfile: option('text', 'pid file of lweb', { value: 'FILE', refersTo: 'file' }),
    cluster_ips: option('text', 'addresses of all heads, when there are several', { value: 'A,B' }),
    named_include_file: option('text', 'the file that named.conf includes', {
      value: 'FILE',
      refersTo: 'file',
    }),
    named_zone_dir: option('text', 'where zone files go', { value: 'DIR', refersTo: 'file' }),
    comment: editCommentOption,
  },
  examples: [['luna cluster change --frontend_port 8080', 'then: luna cluster makenginx']],
  guarded: true,
  async run(context, { comment, ...settings }) {
    const { changeCluster } = await import('../../task/change/cluster.ts')
    const { getCluster } = await import('../../task/get-cluster.ts')
    const store = await context.store()
    const old = await getCluster(store)
    const wish = comment ? { comment: await context.readText(old.comment ?? '') } : withoutUndefined(settings)
    reportOutcome(context, await changeCluster(store, wish))
  },
})

const deleteCommand = command({
  action: 'delete',
  help: 'Delete the cluster. Refused while there is anything in it, unless forced.',
  operand: 'none',
  options: { force: option('flag', 'delete the whole database, with everything in it') },
  examples: [['luna db export > backup.json; luna cluster delete --force', 'begin anew']],
  guarded: true,
  async run(context, given) {
    const { deleteCluster } = await import('../../task/change/cluster.ts')
    const { copiesFolder } = await import('../../task/database/copy.ts')
    const copies = copiesFolder(context.config)
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
    const { syncCluster } = await import('../../task/sync.ts')
    const means = { onLine: (line: string) => context.log.info(line), signal: context.signal }
    const synced = await syncCluster(await context.store(), means)
    if (synced.heads.length === 0 && synced.failures.length === 0) context.log.info('there is only one head')
    reportOutcome(context, synced)
  },
})

export const cluster: ObjectCommands = {
  object: 'cluster',
  help: 'the cluster itself, and the files that its services read',
  commands: [showCommand, init, change, ...makeCommands, sync, deleteCommand],
}
