// Images as the page shows them: which groups have them, and what was packed when.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { paths } from '../../object/cluster.ts'
import type { Group } from '../../object/group.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { isPacked, packedFiles } from '../image/packed.ts'
import { getCluster } from '../inventory.ts'

export interface PageImage {
  readonly name: string
  readonly kernel?: string
  /** Names of the groups whose nodes have it. */
  readonly groups: readonly string[]
  /** Whether nodes can be installed with it: all of its files are there. */
  readonly packed: boolean
  /** When the tarball was packed, in ISO 8601, and how many bytes a node fetches of it. */
  readonly time?: string
  readonly bytes?: number
  /** What is to be done before nodes can have it. */
  readonly command?: string
}

export async function pageImages(store: Store): Promise<{ readonly images: readonly PageImage[] }> {
  const [images, groups] = [await store.list('osimage'), await store.list('group')]
  const { root } = paths(await getCluster(store))
  return { images: await Promise.all(images.map((image) => pageImage(image, groups, root))) }
}

async function pageImage(image: Osimage, all: readonly Group[], root: string): Promise<PageImage> {
  const { id, name, kernver } = image
  const groups = all.filter(({ osimage }) => osimage === id).map((group) => group.name)
  const files = await Promise.all(packedFiles(image).map((file) => stat(join(root, file)).catch(() => null)))
  const tarball = isPacked(image) && !files.includes(null) ? files.at(-1) : undefined
  const kernel = kernver ? { kernel: kernver } : {}
  if (!tarball) return { name, ...kernel, groups, packed: false, command: `luna osimage pack ${name}` }
  const { mtime, size } = tarball
  return { name, ...kernel, groups, packed: true, time: mtime.toISOString(), bytes: size }
}
