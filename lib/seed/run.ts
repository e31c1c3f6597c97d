// The life of the seeder: waits for a cluster, becomes its user, follows the store until it is told to stop.
import type { Config } from '../config.ts'
import { patiently } from '../daemon/reopening-store.ts'
import { type Daemon, live, sayUp } from '../daemon/run.ts'
import { LunaError } from '../error.ts'
import { systemd } from '../host/daemon/daemon.ts'
import type { Log } from '../log.ts'
import type { Cluster } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { openSwarm } from './client.ts'
import { type Calls, Rounds } from './loop.ts'
import { Seeder } from './seeder.ts'

export const ltorrent: Daemon = { name: 'ltorrent', pidFile: 'torrent_pidfile' }

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin, or when the swarm breaks. */
export async function seed(config: Config, calls: Calls): Promise<void> {
  const work = ({ cluster, log }: { cluster: Cluster; log: Log }) => seedUntil(config, cluster, log, calls)
  await live(ltorrent, config, calls.stop, () => [], work)
}

async function seedUntil(config: Config, cluster: Cluster, log: Log, calls: Calls): Promise<void> {
  const broken = new AbortController()
  const { torrent_listen_port_min: min, torrent_listen_port_max: max } = cluster
  const swarm = await openSwarm(min, max, (why) => broken.abort(why))
  const seeder = new Seeder(swarm, log)
  const store = patiently(() => openStore(config))
  try {
    const rounds = new Rounds(seeder, store, log)
    await rounds.look()
    const up = `seeding ${swarm.offered().length} images on port ${swarm.port}`
    log.info('up', { port: swarm.port, images: swarm.offered().length })
    await sayUp(up)
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
