// The life of the seeder: waits for a cluster, becomes its user, follows the store until it is told to stop.
import { dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import { LunaError } from '../error.ts'
import { becomeUser, getUser, ownDirectory, removePidFile, systemd, writePidFile } from '../host/daemon.ts'
import { backgroundVariable, sayFirstWord } from '../host/daemon-control.ts'
import { daemonLog, fileLog, type Log } from '../log.ts'
import type { Cluster } from '../object/cluster.ts'
import { type Calls, Rounds } from './rounds.ts'
import { Seeder } from './seeder.ts'
import { openSwarm } from './swarm.ts'
import { PatientStore, waitForCluster } from './wait.ts'

export const program = 'ltorrent'
export const defaultPidFile = '/run/luna/ltorrent.pid'

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin, or when the swarm breaks. */
export async function seed(config: Config, calls: Calls): Promise<void> {
  const background = process.env[backgroundVariable] !== undefined
  const early = background ? silent : daemonLog()
  const cluster = await waitForCluster(config, early, calls.stop)
  if (!cluster) return
  const pidfile = cluster.torrent_pidfile || defaultPidFile
  const logFile = background ? join(process.env.LUNA_LOGDIR || '/var/log/luna', 'ltorrent.log') : null
  await settleIn(cluster, [pidfile, ...(logFile ? [logFile] : [])])
  await writePidFile(pidfile, program)
  try {
    await seedUntil(config, cluster, logFile ? fileLog(logFile) : daemonLog(), calls)
  } finally {
    await removePidFile(pidfile)
  }
}

async function seedUntil(config: Config, cluster: Cluster, log: Log, calls: Calls): Promise<void> {
  const broken = new AbortController()
  const { torrent_listen_port_min: min, torrent_listen_port_max: max } = cluster
  const swarm = await openSwarm(min, max, (why) => broken.abort(why))
  const seeder = new Seeder(swarm, log)
  const store = new PatientStore(config)
  try {
    const rounds = new Rounds(seeder, store, log)
    await rounds.look()
    const up = `seeding ${swarm.offered().length} images on port ${swarm.port}`
    log.info('up', { port: swarm.port, images: swarm.offered().length })
    sayFirstWord({ up })
    await systemd().ready(up)
    const unwatch = systemd().watch(() => rounds.alive())
    await rounds.go(AbortSignal.any([calls.stop, broken.signal]), calls.onNews)
    unwatch()
    log.info('stopping')
  } finally {
    await seeder.close()
    await store.close()
  }
  if (broken.signal.aborted) throw new LunaError('failed', `seeding broke: ${broken.signal.reason}`)
}

/** Becomes the cluster's user, with a place for the files that will be written. */
async function settleIn({ user }: Cluster, files: readonly string[]): Promise<void> {
  const name = user || 'luna'
  if (process.getuid?.() !== 0) return
  const owner = await getUser(name)
  for (const file of files) await ownDirectory(dirname(file), owner)
  await becomeUser(name, owner)
}

const silent: Log = { debug: () => {}, info: () => {}, warning: () => {}, error: () => {} }
