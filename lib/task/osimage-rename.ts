// Another name for an image: the files in boot/ that carry it follow.
import { access, link, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { besides } from '../host/file.ts'
import { type Move, publish } from '../host/publish.ts'
import { checkNewName } from '../object/name.ts'
import type { Change } from '../object/objects.ts'
import type { Osimage } from '../object/osimage.ts'
import type { Store } from '../store/store.ts'
import { renameObject } from './edit.ts'
import { getCluster } from './general.ts'

const bootFields = ['kernfile', 'initrdfile'] as const

interface Plan {
  readonly folder: string
  /** Old name of a file and its new one. */
  readonly files: readonly (readonly [from: string, to: string])[]
  readonly change: Change<'osimage'>
}

/**
 * Gives an image another name. Kernel and initramfs get theirs first and lose the old one last, so that nodes which boot
 * meanwhile find either. Throws as `renameObject` does; then nothing has changed.
 */
export async function renameOsimage(store: Store, name: string, newName: string): Promise<void> {
  checkNewName('osimage', newName)
  const image = await store.getNamed('osimage', name)
  const { folder, files, change } = await plan(store, image, newName)
  const moves: Move[] = []
  try {
    for (const [from, to] of files) {
      const target = join(folder, to)
      const draft = besides(target, 'new')
      await rm(draft, { force: true })
      await link(join(folder, from), draft)
      moves.push({ draft, target })
    }
    await publish(moves, () =>
      store.alone(async (alone) => {
        await renameObject(alone, 'osimage', name, newName)
        await alone.update('osimage', image.id, change)
      }),
    )
  } finally {
    for (const { draft } of moves) await rm(draft, { force: true })
  }
  for (const [from] of files) await rm(join(folder, from), { force: true })
}

/** Files of other names, and files that are not there, stay as they are. */
async function plan(store: Store, image: Osimage, newName: string): Promise<Plan> {
  const folder = join((await getCluster(store)).path ?? '', 'boot')
  const files: [string, string][] = []
  const change: { [F in (typeof bootFields)[number]]?: string } = {}
  for (const field of bootFields) {
    const from = image[field] ?? ''
    const prefix = `${image.name}-`
    if (!from.startsWith(prefix) || from.includes('/') || !(await exists(join(folder, from)))) continue
    const to = `${newName}-${from.slice(prefix.length)}`
    change[field] = to
    files.push([from, to])
  }
  return { folder, files, change }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
