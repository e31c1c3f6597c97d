// Has the metrics and the page know what the seeder does: its figures go to the store now and then.
import { hostname } from 'node:os'
import type { SeederFigures } from '../object/record/seeder.ts'
import type { Store } from '../store/store.ts'
import type { TorrentClient } from './client.ts'

/** What a client does now. */
export function figuresOf(client: TorrentClient): SeederFigures {
  const offered = client.offered()
  const sum = (of: 'peers' | 'uploaded') => offered.reduce((all, one) => all + one[of], 0)
  return { images: offered.length, peers: sum('peers'), uploaded: sum('uploaded') }
}

/** Tells the figures, also when they are those of the last time: their age says that the seeder is alive. */
export async function tellFigures(store: Store, figures: SeederFigures, time = Date.now()): Promise<void> {
  await store.keepHeadReport({ topic: 'seeder', head: hostname(), time, told: figures })
}
