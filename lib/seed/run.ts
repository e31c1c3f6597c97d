// The life of the seeder: waits for a cluster, becomes its user, follows the store until it is told to stop.
import type { Config } from '../config.ts'
import { reopeningStore } from '../daemon/reopening-store.ts'
import { type Daemon, notifyReady, runDaemon } from '../daemon/run.ts'
import { LunaError } from '../error.ts'
import { systemd } from '../host/daemon/daemon.ts'
import type { Log } from '../log.ts'
import type { Cluster } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { openTorrentClient } from './client.ts'
import { type SeederEvents, SeederLoop } from './loop.ts'
import { Seeder } from './seeder.ts'

export const ltorrent: Daemon = { name: 'ltorrent', pidFile: 'torrent_pidfile' }

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin, or when the swarm breaks. */
export async function seed(config: Config, calls: SeederEvents): Promise<void> {
  const work = ({ cluster, log }: { cluster: Cluster; log: Log }) => seedUntil(config, cluster, log, calls)
  await runDaemon(ltorrent, config, calls.stop, () => [], work)
}

async function seedUntil(config: Config, cluster: Cluster, log: Log, calls: SeederEvents): Promise<void> {
  const broken = new AbortController()
  const { torrent_listen_port_min: min, torrent_listen_port_max: max } = cluster
  const swarm = await openTorrentClient(min, max, (why) => broken.abort(why))
  const seeder = new Seeder(swarm, log)
  const store = reopeningStore(() => openStore(config))
  try {
    const loop = new SeederLoop(seeder, store, log)
    await loop.look()
    const up = `seeding ${swarm.offered().length} images on port ${swarm.port}`
    log.info('up', { port: swarm.port, images: swarm.offered().length })
    await notifyReady(up)
    const unwatch = systemd().watch(() => loop.alive())
    await loop.go(AbortSignal.any([calls.stop, broken.signal]), calls.onReload)
    unwatch()
    log.info('stopping')
  } finally {
    await seeder.close()
    await store.close()
  }
  if (broken.signal.aborted) throw new LunaError('failed', `seeding broke: ${broken.signal.reason}`)
}
