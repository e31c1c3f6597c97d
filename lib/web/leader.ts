// The leader of lweb: waits for a cluster, becomes its user, keeps the workers alive, and stops them cleanly.
// It answers no requests itself.
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import {
  becomeUser,
  getUser,
  ownDirectory,
  removePidFile,
  systemd,
  usualPidFile,
  writePidFile,
} from '../host/daemon.ts'
import { backgroundVariable, sayFirstWord } from '../host/daemon-control.ts'
import { daemonLog, fileLog, type Log } from '../log.ts'
import { type Cluster, frontendUrl } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { pollSwitches } from '../task/switch-poll.ts'
import { Crew } from './crew.ts'
import type { Address } from './fastcgi.ts'
import { program, waitForCluster } from './wait.ts'
import { lazily } from './worker.ts'

export const socketPath = '/run/luna/lweb.sock'

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin. */
export async function lead(config: Config, stop: AbortSignal): Promise<void> {
  const background = process.env[backgroundVariable] !== undefined
  const cluster = await waitForCluster(config, background ? silent : daemonLog(), stop)
  if (!cluster) return
  const pidfile = cluster.lweb_pidfile || usualPidFile(program)
  const address = addressOf(cluster)
  const logFile = background ? join(process.env.LUNA_LOGDIR || '/var/log/luna', 'lweb.log') : null
  await settleIn(cluster, [
    pidfile,
    ...('path' in address ? [address.path] : []),
    ...(logFile ? [logFile] : []),
  ])
  await writePidFile(pidfile, program)
  const log = logFile ? fileLog(logFile) : daemonLog()
  try {
    if ('path' in address) await rm(address.path, { force: true })
    await serveUntil(stop, { config, url: frontendUrl(cluster), address, logFile }, cluster, log)
  } finally {
    if ('path' in address) await rm(address.path, { force: true })
    await removePidFile(pidfile)
  }
}

async function serveUntil(
  stop: AbortSignal,
  order: ConstructorParameters<typeof Crew>[0],
  cluster: Cluster,
  log: Log,
): Promise<void> {
  const crew = new Crew(order, log)
  await crew.start(cluster.lweb_num_proc, stop)
  const where = 'path' in order.address ? order.address.path : `127.0.0.1:${order.address.port}`
  const up = `serving at ${where} for ${order.url}`
  log.info('up', { at: where, frontend: order.url, workers: crew.size })
  sayFirstWord({ up })
  await systemd().ready(up)
  const unwatch = systemd().watch(() => crew.healthy())
  const store = lazily(() => openStore(order.config))
  const polling = pollSwitches({ store: store.get, log, now: () => new Date() })
  await aborted(stop)
  unwatch()
  log.info('stopping')
  await Promise.all([polling.stop(), crew.stop()])
  await store.close()
  log.info('stopped')
}

function addressOf({ server_port }: Cluster): Address {
  return server_port === 0 ? { path: socketPath } : { port: server_port }
}

/** Becomes the cluster's user, with a place for the files that will be written. */
async function settleIn({ user }: Cluster, files: readonly string[]): Promise<void> {
  const name = user || 'luna'
  if (process.getuid?.() !== 0) return
  const owner = await getUser(name)
  for (const file of files) await ownDirectory(dirname(file), owner)
  await becomeUser(name, owner)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

const silent: Log = { debug: () => {}, info: () => {}, warning: () => {}, error: () => {} }
