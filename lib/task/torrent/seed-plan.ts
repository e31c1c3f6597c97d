// What the seeder shall offer, and which files of torrents/ nobody needs any more. What it does about that is in seed/.
import { isLocalAddress } from '../../host/user.ts'
import { type Cluster, frontendUrl, headAddresses, paths } from '../../object/cluster.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'

/** What the seeder goes by, as the store has it now. */
export interface SeedPlan {
  /** Where tarballs and torrents are. */
  readonly folder: string
  /** Where the tracker is. */
  readonly announce: string
  /** Seconds between announces. */
  readonly interval: number
  /** The address that peers reach this head at. */
  readonly address: string
  /** Base names of the files that osimages refer to. */
  readonly used: ReadonlySet<string>
}

/**
 * What is to be seeded now. Throws LunaError `not-found` before there is a cluster, `unavailable` when the store cannot be
 * reached: then nothing may be taken for unused.
 */
export async function seedPlan(store: Store): Promise<SeedPlan> {
  const cluster = await getCluster(store)
  return {
    folder: paths(cluster).torrents,
    announce: `${frontendUrl(cluster)}/announce`,
    interval: cluster.tracker_interval,
    address: await ownAddress(cluster),
    used: usedFiles(await store.list('osimage')),
  }
}

/** The frontend address where this head has it, else the one of the heads' addresses that it has. */
async function ownAddress(cluster: Cluster): Promise<string> {
  const frontend = cluster.frontend_address ?? ''
  if (await isLocalAddress(frontend)) return frontend
  for (const address of headAddresses(cluster)) {
    if (await isLocalAddress(address)) return address
  }
  return frontend
}

/** The files of torrents/ that images refer to; pure. */
export function usedFiles(images: readonly Pick<Osimage, 'tarball' | 'torrent'>[]): Set<string> {
  return new Set(
    images.flatMap(({ tarball, torrent }) => [
      ...(tarball ? [`${tarball}.tgz`] : []),
      ...(torrent ? [`${torrent}.torrent`] : []),
    ]),
  )
}

/** A torrent file of Luna and the tarball it is of, or a tarball that no torrent is of: what goes, goes together. */
export interface Offer {
  readonly files: readonly string[]
}

/** Milliseconds from the last upload, and from when an offer was first seen to be unused. */
export const gracePeriod = { soft: 600_000, hard: 3_600_000 } as const

/** When each offer, by its first file, was first seen unused; goes from one sweep to the next. */
export type Unused = ReadonlyMap<string, number>

export interface Sweep {
  readonly unused: Unused
  /** What may go now. */
  readonly remove: readonly Offer[]
}

/**
 * Which offers may go: those without use that nobody has had anything of for `patience.soft`, and those without use for
 * `patience.hard`, so that a node that is still downloading is not left alone at once. Pure; times are in milliseconds.
 */
export function planSweep(
  offers: readonly Offer[],
  used: ReadonlySet<string>,
  before: Unused,
  lastUpload: (offer: Offer) => number | undefined,
  now: number,
): Sweep {
  const idle = offers.filter(({ files }) => !files.some((file) => used.has(file)))
  const since = (offer: Offer) => before.get(nameOf(offer)) ?? now
  const remove = idle.filter((offer) => {
    const touched = Math.max(since(offer), lastUpload(offer) ?? 0)
    return now - touched >= gracePeriod.soft || now - since(offer) >= gracePeriod.hard
  })
  const unused = new Map(
    idle.filter((offer) => !remove.includes(offer)).map((offer) => [nameOf(offer), since(offer)]),
  )
  return { unused, remove }
}

export function nameOf(offer: Offer): string {
  return offer.files[0] ?? ''
}
