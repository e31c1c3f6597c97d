// The leader of lweb: waits for a cluster, becomes its user, keeps the workers alive, and stops them cleanly.
// It answers no requests itself.
import { rm } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { patiently } from '../daemon/reopening-store.ts'
import { type Daemon, live, sayUp } from '../daemon/run.ts'
import { systemd } from '../host/daemon/daemon.ts'
import type { Log } from '../log.ts'
import { type Cluster, frontendUrl } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { pollSwitches } from '../task/switch/poll.ts'
import type { Address } from './fastcgi/serve.ts'
import { Crew } from './workers.ts'

export const lweb: Daemon = { name: 'lweb', pidFile: 'lweb_pidfile' }

export const socketPath = '/run/luna/lweb.sock'

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin. */
export async function lead(config: Config, stop: AbortSignal): Promise<void> {
  await live(lweb, config, stop, socketsOf, async ({ cluster, log, logFile }) => {
    const sockets = socketsOf(cluster)
    try {
      for (const path of sockets) await rm(path, { force: true })
      const order = { config, url: frontendUrl(cluster), address: addressOf(cluster), logFile }
      await serveUntil(stop, order, cluster, log)
    } finally {
      for (const path of sockets) await rm(path, { force: true })
    }
  })
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
  await sayUp(up)
  const unwatch = systemd().watch(() => crew.healthy())
  const store = patiently(() => openStore(order.config))
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
