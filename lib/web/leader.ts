// The leader of lweb: waits for a cluster, becomes its user, keeps the workers alive, and stops them cleanly.
// It answers no requests itself.
import { rm } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { reopeningStore } from '../daemon/reopening-store.ts'
import { type Daemon, notifyReady, runDaemon } from '../daemon/run.ts'
import { systemd } from '../host/daemon/daemon.ts'
import type { Log } from '../log.ts'
import { type Cluster, frontendUrl } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { pollSwitches } from '../task/switch/poll.ts'
import type { Address } from './fastcgi/handler.ts'
import { WorkerPool } from './workers.ts'

export const lweb: Daemon = { name: 'lweb', pidFile: 'lweb_pidfile' }

export const socketPath = '/run/luna/lweb.sock'

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin. */
export async function runLeader(config: Config, stop: AbortSignal): Promise<void> {
  await runDaemon(lweb, config, stop, socketsOf, async ({ cluster, log, logFile }) => {
    const sockets = socketsOf(cluster)
    try {
      for (const path of sockets) await rm(path, { force: true })
      const options = { config, url: frontendUrl(cluster), address: addressOf(cluster), logFile }
      await serveUntil(stop, options, cluster, log)
    } finally {
      for (const path of sockets) await rm(path, { force: true })
    }
  })
}

async function serveUntil(
  stop: AbortSignal,
  options: ConstructorParameters<typeof WorkerPool>[0],
  cluster: Cluster,
  log: Log,
): Promise<void> {
  const pool = new WorkerPool(options, log)
  await pool.start(cluster.lweb_num_proc, stop)
  const where = 'path' in options.address ? options.address.path : `127.0.0.1:${options.address.port}`
  const up = `serving at ${where} for ${options.url}`
  log.info('up', { at: where, frontend: options.url, workers: pool.size })
  await notifyReady(up)
  const unwatch = systemd().watch(() => pool.healthy())
  const store = reopeningStore(() => openStore(options.config))
  const polling = pollSwitches({ store: store.get, log, now: () => new Date() })
  await aborted(stop)
  unwatch()
  log.info('stopping')
  await Promise.all([polling.stop(), pool.stop()])
  await store.close()
  log.info('stopped')
}

function addressOf({ server_port }: Cluster): Address {
  return server_port === 0 ? { path: socketPath } : { port: server_port }
}

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
