// The leader of lweb: waits for a cluster, becomes its user, keeps the workers alive, and stops them cleanly.
// It answers no requests itself, and has for its workers what they would all have to keep.
import { rm } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { type ReopeningStore, reopeningStore } from '../daemon/reopening-store.ts'
import { type Daemon, type DaemonContext, runDaemon, whileUp } from '../daemon/run.ts'
import { inheritedSocket } from '../host/daemon/inherited-socket.ts'
import { nginxKeyPath, readNginxKey } from '../host/service/nginx-key.ts'
import { type Cluster, frontendUrl } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import type { Address } from './fastcgi/handler.ts'
import { hearWorkers } from './hearing.ts'
import { pollSwitches } from './switch-polling.ts'
import type { WorkerOptions } from './worker.ts'
import { WorkerPool } from './workers.ts'

export const lweb: Daemon = { name: 'lweb', pidFile: 'lweb_pidfile' }

const socketPath = '/run/luna/lweb.sock'

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin. */
export async function runLeader(config: Config, stop: AbortSignal): Promise<void> {
  const work = async (context: DaemonContext) => {
    const sockets = socketsOf(context.cluster)
    // A socket that a crash has left would be in the way.
    for (const path of sockets) await rm(path, { force: true })
    try {
      await serveUntil(stop, config, context)
    } finally {
      for (const path of sockets) await rm(path, { force: true })
    }
  }
  await runDaemon({ daemon: lweb, config, stop, files: socketsOf, work })
}

async function serveUntil(
  stop: AbortSignal,
  config: Config,
  { cluster, log, logFile }: DaemonContext,
): Promise<void> {
  const options = { config, url: frontendUrl(cluster), address: addressOf(cluster), logFile }
  const store = reopeningStore(() => openStore(config))
  const keyPath = nginxKeyPath(config.paths.nginx_conf_d)
  const hearing = await hearWorkers(store.get, () => readNginxKey(keyPath), log)
  try {
    await serveWith(new WorkerPool(options, log, hearing.hear), stop, store, options, { cluster, log })
  } finally {
    await hearing.end()
    await store.close()
  }
  log.info('stopped')
}

async function serveWith(
  pool: WorkerPool,
  stop: AbortSignal,
  store: ReopeningStore,
  options: WorkerOptions,
  { cluster, log }: Pick<DaemonContext, 'cluster' | 'log'>,
): Promise<void> {
  await pool.start(cluster.lweb_num_proc, stop)
  const at = 'port' in options.address ? `127.0.0.1:${options.address.port}` : socketPath
  const fields = { at, frontend: options.url, workers: pool.size }
  const status = () => `serving at ${at} for ${options.url}`
  const polling = pollSwitches({ store: store.get, log, now: () => new Date() }, stop)
  await whileUp({ log, fields, status, alive: () => pool.healthy() }, () => aborted(stop))
  await Promise.all([polling, pool.stop()])
}

function addressOf({ server_port }: Cluster): Address {
  if (server_port !== 0) return { port: server_port }
  const fd = inheritedSocket()
  return fd === undefined ? { path: socketPath } : { fd }
}

/** Sockets that lweb makes and removes itself; one of systemd stays. */
function socketsOf(cluster: Cluster): string[] {
  const address = addressOf(cluster)
  return 'path' in address ? [address.path] : []
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
