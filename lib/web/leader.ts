// The leader of lweb: waits for a cluster, becomes its user, keeps the workers alive, and stops them cleanly.
// It answers no requests itself.
import { chmod, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import { becomeUser, getUser, ownDirectory, removePidFile, systemd, writePidFile } from '../host/daemon.ts'
import { backgroundVariable, sayFirstWord } from '../host/daemon-control.ts'
import { daemonLog, fileLog, type Log } from '../log.ts'
import { type Cluster, frontendUrl } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { getCluster } from '../task/general.ts'
import { pollSwitches } from '../task/switch-poll.ts'
import { Crew } from './crew.ts'
import type { Address } from './fastcgi.ts'
import { lazily } from './worker.ts'

export const program = 'lweb'
export const defaultPidFile = '/run/luna/lweb.pid'
export const socketPath = '/run/luna/lweb.sock'

// While there is nothing to serve.
const retryEvery = 5000

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin. */
export async function lead(config: Config, stop: AbortSignal): Promise<void> {
  const background = process.env[backgroundVariable] !== undefined
  const early = background ? silent : daemonLog()
  const cluster = await waitForCluster(config, early, stop)
  if (!cluster) return
  const pidfile = cluster.lweb_pidfile || defaultPidFile
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
  // Whoever serves nginx may not be in our group.
  if ('path' in order.address && !stop.aborted) await chmod(order.address.path, 0o666)
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

/** The cluster, once there is one with a frontend address; undefined when told to stop before. Says what it waits for. */
async function waitForCluster(config: Config, log: Log, stop: AbortSignal): Promise<Cluster | undefined> {
  let said = ''
  while (!stop.aborted) {
    const found = await readCluster(config)
    if (typeof found !== 'string') return found
    if (found !== said) log.warning('waiting', { for: found })
    if (said === '') {
      sayFirstWord({ up: `waiting: ${found}` })
      await systemd().ready(`waiting: ${found}`)
    }
    said = found
    await delay(retryEvery, undefined, { signal: stop }).catch(() => {})
  }
  return undefined
}

/** The cluster, or the sentence that says why it cannot be served yet. */
async function readCluster(config: Config): Promise<Cluster | string> {
  try {
    const store = await openStore(config)
    try {
      const cluster = await getCluster(store)
      if (cluster.frontend_address) return cluster
      return 'the cluster has no frontend address (luna cluster change --frontend_address ADDRESS)'
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof LunaError) return sentence(error)
    throw error
  }
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
