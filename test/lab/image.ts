// The image that the lab's nodes run: made once by image/recipe.sh, kept under a name
// that is the hash of the recipe.

import { createHash } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError } from '../../lib/error.ts'
import { run } from '../../lib/host/run.ts'

const recipe = join(import.meta.dirname, 'image')
const dracutModule = join(import.meta.dirname, '../../dracut/95luna')

export interface Image {
  /** The tree that becomes the nodes' file system. */
  root: string
  /** The private ssh key that root of the image accepts. */
  key: string
  /** What its nodes download with; libtorrent when it is absent. */
  client?: DownloadClient
}

/** What nodes can download with, the best first: their initramfs gets the first that the image has. */
export const downloadClients = ['libtorrent', 'aria2', 'curl'] as const
export type DownloadClient = (typeof downloadClients)[number]

const libraries = 'usr/lib/x86_64-linux-gnu'
const filesOf = {
  libtorrent: `${libraries}/libtorrent-rasterbar.so*`,
  aria2: 'usr/bin/aria2c',
  curl: '',
} as const

/** Takes out of a tree what is better than that one. */
export async function takeOut(tree: string, client: DownloadClient): Promise<void> {
  const better = downloadClients.slice(0, downloadClients.indexOf(client))
  for (const file of globSync(
    better.map((each) => filesOf[each]),
    { cwd: tree },
  ))
    await rm(join(tree, file))
}

/**
 * The image from the cache; built by debootstrap when the recipe is new. `say` gets a
 * line before that long work.
 */
export async function ensureImage(say: (line: string) => void): Promise<Image> {
  await ensureClient()
  const cache = process.env.LUNA_LAB_CACHE ?? '/var/cache/luna-lab'
  const folder = join(cache, await hashOfRecipe())
  if (!existsSync(folder)) {
    say(`building the nodes' image with debootstrap (once, about two minutes; kept in ${cache})`)
    await build(cache, folder)
  }
  return { root: join(folder, 'root'), key: join(folder, 'key') }
}

/** The torrent client over libtorrent for the initramfs: the image has the library, and no compiler. */
async function ensureClient(): Promise<void> {
  const ages = ['ltorrent-swarm.cc', 'ltorrent-swarm-debian12-x86_64']
  const [source, program] = await Promise.all(
    ages.map(async (name) => (await stat(join(dracutModule, name)).catch(() => undefined))?.mtimeMs ?? 0),
  )
  if ((program ?? 0) < (source ?? 0))
    await run(join(import.meta.dirname, '../../packaging/swarm/build'), ['12'])
}

async function build(cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true, mode: 0o755 })
  const draft = await mkdtemp(join(cache, 'draft-'))
  const mirror = process.env.LUNA_LAB_MIRROR
  const command = ['sh', join(recipe, 'recipe.sh'), draft, ...(mirror ? [mirror] : [])]
  // the namespaces take with them whatever is mounted or left running when the build ends, however it ends
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child']
  const ran = await run('unshare', [...namespaces, ...command], { allowFailure: true })
  if (ran.status !== 0) {
    await rm(draft, { recursive: true, force: true })
    const why = (ran.stdout + ran.stderr).trimEnd().split('\n').slice(-20).join('\n')
    throw new LunaError('failed', 'the image of the nodes could not be built', { fix: null, why })
  }
  await publish(draft, folder)
}

// Two labs may have built at once: the first one in wins.
async function publish(draft: string, folder: string): Promise<void> {
  try {
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

async function hashOfRecipe(): Promise<string> {
  const hash = createHash('sha256')
  const names = await readdir(recipe, { recursive: true })
  for (const name of names.sort()) {
    const path = join(recipe, name)
    if ((await stat(path)).isFile()) hash.update(`${name}\n`).update(await readFile(path))
  }
  return hash.digest('hex').slice(0, 12)
}

if (import.meta.main) {
  const image = await ensureImage((line) => console.error(line))
  console.log(image.root)
}
