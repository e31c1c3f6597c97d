// The service ltorrent: seeds the images of the store until it is told to stop.
import type { Config } from '../config.ts'
import { Loop } from '../daemon/loop.ts'
import { reopeningStore } from '../daemon/reopening-store.ts'
import { type Daemon, type DaemonContext, runDaemon, whileUp } from '../daemon/run.ts'
import { logTrouble } from '../daemon/trouble.ts'
import { LunaError } from '../error.ts'
import type { Log } from '../log.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { seedPlan } from '../task/torrent/seed-plan.ts'
import { openTorrentClient, type TorrentClient } from './client.ts'
import { Seeder } from './seeder.ts'
import { figuresOf, tellFigures } from './told.ts'

export const ltorrent: Daemon = { name: 'ltorrent', pidFile: 'torrent_pidfile' }

// Milliseconds between two looks at the store, and between two looks at which announces are due.
const followInterval = 30_000
const announceInterval = 1000

/** What comes from outside while the seeder runs. */
export interface SeederEvents {
  readonly stop: AbortSignal
  /** Calls `look` at each request to look for new images now. */
  readonly onReload: (look: () => void) => void
}

/**
 * Runs the service until it is told to stop. Throws LunaError when it cannot begin, or when the BitTorrent
 * client breaks.
 */
export async function runSeeder(config: Config, events: SeederEvents): Promise<void> {
  const work = (context: DaemonContext) => seedImages(config, context, events)
  await runDaemon({ daemon: ltorrent, config, stop: events.stop, work })
}

async function seedImages(
  config: Config,
  { cluster, log }: DaemonContext,
  { stop, onReload }: SeederEvents,
): Promise<void> {
  const broken = new AbortController()
  const { torrent_listen_port_min: min, torrent_listen_port_max: max } = cluster
  const client = await openTorrentClient(min, max, (why) => broken.abort(why))
  const seeder = new Seeder(client, log)
  const store = reopeningStore(() => openStore(config))
  try {
    const loop = seederLoop(seeder, client, store.get, log)
    await loop.turn()
    const images = () => client.offered().length
    const fields = { port: client.port, images: images() }
    const status = () => `seeding ${images()} images on port ${client.port}`
    await whileUp({ log, fields, status, alive: () => loop.alive() }, async (changed) => {
      onReload(loop.wake)
      await loop.run(AbortSignal.any([stop, broken.signal]), changed)
    })
  } finally {
    await seeder.close()
    await store.close()
  }
  if (broken.signal.aborted) throw clientBroke(String(broken.signal.reason))
}

/** Follows the store every half minute and when woken, and announces in between; one at a time. */
function seederLoop(seeder: Seeder, client: TorrentClient, store: () => Promise<Store>, log: Log): Loop {
  // What is seeded already goes on being seeded while the store is away.
  const loggingTrouble = logTrouble(log)
  let followed = Number.NEGATIVE_INFINITY
  return new Loop(announceInterval, async (woken) => {
    if (!woken && performance.now() - followed < followInterval) return await seeder.tell()
    await loggingTrouble(async () => {
      await seeder.follow(await seedPlan(await store()))
      await tellFigures(await store(), figuresOf(client))
    })
    followed = performance.now()
  })
}

function clientBroke(why: string): LunaError {
  return new LunaError('failed', 'the BitTorrent client broke', { why, fix: 'ltorrent start' })
}
