// luna osimage pack: from the tree of an image to what nodes download. Everything is made as drafts beside
// its place; then it is published at once, and the store is told last.
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { getUser } from '../../host/daemon/daemon.ts'
import { mustBeRoot } from '../../host/image/chroot.ts'
import { isSumFile } from '../../host/image/sum.ts'
import { removeTree } from '../../host/pin.ts'
import { type Move, publish } from '../../host/publish.ts'
import { paths } from '../../object/cluster.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../inventory.ts'
import { newNotes, type Outcome } from '../outcome.ts'
import { syncCluster } from '../sync.ts'
import { isDriversFile } from './card-drivers.ts'
import { withImageLock } from './lock.ts'
import { notifySeeder } from './notify-seeder.ts'
import { packBoot } from './pack-boot.ts'
import type { Drafts, PackChange, PackJob, PackOptions } from './pack-job.ts'
import { packTree } from './pack-tree.ts'
import { type PublicFolder, withPublicFolder } from './public-folder.ts'
import { exposure } from './tree.ts'

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
  return await withImageLock(image, 'packed', async (tree) => {
    const owner = await getUser(cluster.user ?? 'root')
    const newInitramfs = wish.what === 'all' && !wish.copyBoot
    const taken = bootFilesOf((await store.list('osimage')).filter(({ id }) => id !== image.id))
    const base = { ...options, cluster, image, tree, taken, newInitramfs }
    const make = (half: Half, rest: readonly Half[], made: readonly Drafts[]): Promise<Packed> =>
      withPublicFolder(cluster, half.folder, owner, async (folder) => {
        const others = await store.list('osimage')
        return await withDrafts(folder, image, others, async (drafts) => {
          const job = { ...base, ...folder, drafts }
          const all = [...made, await half.make(job)]
          const [next, ...later] = rest
          return next ? await make(next, later, all) : await publishAll(store, image, wish, all, options)
        })
      })
    const [first, ...rest] = halvesOf(wish)
    const packed = await make(first, rest, [])
    const exposed = await exposure(tree, image.name, paths(cluster).root)
    return {
      ...packed,
      warnings: [...packed.warnings, ...(exposed ? [`${exposed.what}: ${exposed.fix}`] : [])],
    }
  })
}

async function publishAll(
  store: Store,
  image: Osimage,
  wish: PackWish,
  halves: readonly Drafts[],
  options: PackOptions,
): Promise<Packed> {
  options.progress?.({ phase: 'publish' })
  const change = Object.assign({}, ...halves.map((half) => half.change))
  const stale: string[] = []
  await publish(
    halves.flatMap((half) => half.moves),
    () =>
      store.transaction(async (tx) => {
        stale.splice(0, stale.length, ...changedMeanwhile(image, await tx.find('osimage', image.id)))
        await tx.update('osimage', image.id, change)
      }),
  )
  const excluded = halves.flatMap((half) => half.excluded)
  const files = await sizesOf(halves.flatMap((half) => half.moves))
  const { warnings: untold } = await notifySeeder(await getCluster(store))
  const { warnings, failures } = await syncWhole(store, wish, options)
  return {
    ...{ change, excluded, files, untold, failures },
    warnings: [...stale, ...halves.flatMap((half) => half.warnings), ...warnings],
  }
}

/** What was packed is what the image was when that began. */
function changedMeanwhile(was: Osimage, is: Osimage | undefined): string[] {
  const packedFrom = ['path', 'kernver', 'dracutmodules', 'kernmodules', 'pack_exclude_list'] as const
  const fields = is ? packedFrom.filter((field) => is[field] !== was[field]) : []
  if (!is || fields.length === 0) return []
  return [
    `${fields.join(', ')} of osimage ${is.name} was changed while it was packed: luna osimage pack ${is.name}`,
  ]
}

async function sizesOf(moves: readonly Move[]): Promise<Packed['files']> {
  const made = ({ draft, target }: Move) => draft !== null && !isSumFile(target) && !isDriversFile(target)
  const paths = moves.filter(made).map(({ target }) => target)
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

function halvesOf(wish: PackWish): [Half, ...Half[]] {
  const copy = wish.copyBoot ?? false
  const boot: Half = { folder: 'boot', make: (job) => packBoot(job, copy) }
  const tree: Half = { folder: 'torrents', make: packTree }
  // The initramfs first: it is where an image that is not complete is found out soonest.
  const halves: Record<PackWish['what'], [Half, ...Half[]]> = {
    all: [boot, tree],
    tree: [tree],
    boot: [boot],
  }
  return halves[wish.what]
}

/** Does work with an empty directory for drafts, which goes in the end. */
async function withDrafts<T>(
  { folder }: PublicFolder,
  image: Osimage,
  images: readonly Osimage[],
  work: (drafts: string) => Promise<T>,
): Promise<T> {
  await clearDrafts(folder, image, images)
  const own = join(folder, draftsOf(image))
  await mkdir(own, { mode: 0o700 })
  try {
    return await work(own)
  } finally {
    await removeTree(own)
  }
}

/** What an earlier pack left when it was killed goes, also that of an image which is no more. */
async function clearDrafts(folder: string, image: Osimage, images: readonly Osimage[]): Promise<void> {
  const others = new Set(images.filter(({ id }) => id !== image.id).map(draftsOf))
  for (const name of await readdir(folder)) {
    if (!name.startsWith(draftsPrefix) || others.has(name)) continue
    await removeTree(join(folder, name))
  }
}

const draftsPrefix = '.draft-'

function draftsOf({ id }: Osimage): string {
  return draftsPrefix + id
}
