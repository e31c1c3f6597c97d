// luna osimage pack: from the tree of an image to what nodes download. Everything is made as drafts beside
// its place; then it is published at once, and the store is told last.
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { getUser } from '../../host/daemon/daemon.ts'
import { makeDirectory } from '../../host/file.ts'
import { mustBeRoot } from '../../host/image/chroot.ts'
import { type Move, publish } from '../../host/publish.ts'
import type { Owner } from '../../host/user.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { newNotes, type Outcome } from '../outcome.ts'
import { syncCluster } from '../sync.ts'
import { withImageLock } from './lock.ts'
import { notifySeeder } from './notify-seeder.ts'
import { packBoot } from './pack-boot.ts'
import type { Drafts, PackChange, PackJob, PackOptions } from './pack-job.ts'
import { packTree } from './pack-tree.ts'

export interface PackWish {
  readonly name: string
  /** The tree with its torrent, kernel with initramfs, or both. */
  readonly what: 'all' | 'tree' | 'boot'
  /** Take the initramfs that the image has, instead of making one. */
  readonly copyBoot?: boolean
}

/** The failures are other heads that could not be given the image; it is packed all the same. */
export interface Packed extends Outcome {
  /** The fields of the image that have new values now. */
  readonly change: PackChange
  /** Files of the tree that are not in the tarball. */
  readonly excluded: readonly string[]
  /** Why the seeder of this head could not be told. */
  readonly untold: readonly string[]
  /** What nodes download from now on, with its bytes. */
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/**
 * Packs an image. Until everything is made nothing has changed for any node. Throws LunaError `not-found` for
 * an unknown image, `refused` when it is being packed already or without root, `invalid` and `failed` with
 * what is missing or went wrong.
 */
export async function packOsimage(store: Store, wish: PackWish, options: PackOptions = {}): Promise<Packed> {
  const cluster = await getCluster(store)
  const image = await store.getNamed('osimage', wish.name)
  mustBeRoot()
  const owner = await getUser(cluster.user ?? 'root')
  return await withImageLock(store, image, 'packed', async (root) => {
    const newInitramfs = wish.what === 'all' && !wish.copyBoot
    const taken = bootFilesOf((await store.list('osimage')).filter(({ id }) => id !== image.id))
    const base = { ...options, cluster, image, root, owner, taken, newInitramfs }
    const halves: Drafts[] = []
    const drafts: string[] = []
    try {
      for (const half of halvesOf(wish)) {
        const folder = await prepareFolder(cluster, half.folder, owner)
        await clearDrafts(folder, image, await store.list('osimage'))
        const own = join(folder, draftsOf(image))
        drafts.push(own)
        await mkdir(own, { mode: 0o700 })
        halves.push(await half.make({ ...base, folder, drafts: own }))
      }
      options.progress?.({ phase: 'publish' })
      const change = Object.assign({}, ...halves.map((half) => half.change))
      await publish(
        halves.flatMap((half) => half.moves),
        () => store.transaction((tx) => tx.update('osimage', image.id, change)),
      )
      const excluded = halves.flatMap((half) => half.excluded)
      const files = await sizesOf(halves.flatMap((half) => half.moves))
      const { warnings: untold } = await notifySeeder(cluster)
      const { warnings, failures } = await syncWhole(store, wish, options)
      return {
        ...{ change, excluded, files, untold, failures },
        warnings: [...halves.flatMap((half) => half.warnings), ...warnings],
      }
    } finally {
      for (const dir of drafts) await rm(dir, { recursive: true, force: true })
    }
  })
}

async function sizesOf(moves: readonly Move[]): Promise<Packed['files']> {
  const paths = moves.flatMap(({ draft, target }) => (draft === null ? [] : [target]))
  return await Promise.all(paths.map(async (path) => ({ path, size: (await stat(path)).size })))
}

/** Only a whole pack goes to the other heads, as it always was: halves are for trying things. */
async function syncWhole(store: Store, wish: PackWish, { progress, signal }: PackOptions): Promise<Outcome> {
  if (wish.what !== 'all') return newNotes()
  const onLine = (detail: string) => progress?.({ phase: 'sync', detail })
  return await syncCluster(store, { onLine, ...(signal && { signal }) })
}

function bootFilesOf(images: readonly Osimage[]): Set<string> {
  return new Set(images.flatMap(({ kernfile, initrdfile }) => [kernfile ?? '', initrdfile ?? '']))
}

interface Half {
  readonly folder: 'torrents' | 'boot'
  readonly make: (job: PackJob) => Promise<Drafts>
}

function halvesOf(wish: PackWish): Half[] {
  const copy = wish.copyBoot ?? false
  const boot: Half = { folder: 'boot', make: (job) => packBoot(job, copy) }
  const tree: Half = { folder: 'torrents', make: packTree }
  // The initramfs first: it is where an image that is not complete is found out soonest.
  return { all: [boot, tree], tree: [tree], boot: [boot] }[wish.what]
}

async function prepareFolder(cluster: Cluster, name: Half['folder'], owner: Owner): Promise<string> {
  const folder = paths(cluster)[name]
  await makeDirectory(folder, owner)
  return folder
}

/** What an earlier pack left when it was killed goes, also that of an image which is no more. */
async function clearDrafts(folder: string, image: Osimage, images: readonly Osimage[]): Promise<void> {
  const others = new Set(images.filter(({ id }) => id !== image.id).map(draftsOf))
  for (const name of await readdir(folder)) {
    if (!name.startsWith(draftsPrefix) || others.has(name)) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

const draftsPrefix = '.draft-'

function draftsOf({ id }: Osimage): string {
  return draftsPrefix + id
}
