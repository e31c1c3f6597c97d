// What the seeder shall offer, and which files of the directory torrents/ are no longer needed. lib/seed does
// it.
import { isLocalAddress } from '../../host/user.ts'
import { type Cluster, frontendUrl, headAddresses, paths } from '../../object/cluster.ts'
import type { Prefix } from '../../object/net/address.ts'
import { headPrefixes, servedPrefixes } from '../../object/net/served.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../inventory.ts'

/** What the store tells the seeder. */
export interface SeedPlan {
  /** Where tarballs and torrents are. */
  readonly folder: string
  /** Where the tracker is. */
  readonly announce: string
  /** Seconds between announces. */
  readonly interval: number
  /** The address that peers reach this head at. */
  readonly address: string
  /** Who is served, and who of them are heads. */
  readonly networks: readonly Prefix[]
  readonly heads: readonly Prefix[]
  /** Base names of the files that osimages refer to. */
  readonly used: ReadonlySet<string>
}

/**
 * Reads the plan. Throws LunaError `not-found` before there is a cluster, `unavailable` when the store cannot
 * be reached: then no file may be taken for unused.
 */
export async function seedPlan(store: Store): Promise<SeedPlan> {
  const cluster = await getCluster(store)
  return {
    folder: paths(cluster).torrents,
    announce: `${frontendUrl(cluster)}/announce`,
    interval: cluster.tracker_interval,
    address: await ownAddress(cluster),
    networks: servedPrefixes(cluster, await store.list('network')),
    heads: headPrefixes(cluster),
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

/** Files that are removed together: a torrent with its tarball, or a tarball that has no torrent. */
export interface Offer {
  readonly files: readonly string[]
}

/**
 * Milliseconds since the last upload (soft), and since an offer was first seen unused (hard), until it is
 * removed.
 */
export const gracePeriod = { soft: 600_000, hard: 3_600_000 } as const

/** When each offer, by its first file, was first seen unused; a sweep gets that of the one before. */
export type Unused = ReadonlyMap<string, number>

export interface Sweep {
  readonly unused: Unused
  /** Offers to remove now. */
  readonly remove: readonly Offer[]
}

/**
 * Which offers to remove: of those that no image refers to, those without an upload for `gracePeriod.soft`,
 * so that a node can finish its download, and those unused for `gracePeriod.hard`. Pure; times are in
 * milliseconds.
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
