// Where the tree of an image is. The database says so, which other accounts than root can write; so root
// works in no directory that is not root's own, nor in a place of this system.
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LunaError } from '../../error.ts'
import { type Pin, withPin } from '../../host/pin.ts'
import type { Osimage } from '../../object/osimage.ts'

/** A tree that is held open. */
export interface Tree {
  /** Its real path: for messages. */
  readonly path: string
  /** Leads to it whatever is renamed meanwhile: for work. */
  readonly at: string
  readonly id: string
}

type Named = Pick<Osimage, 'name' | 'path'>

/**
 * Does work with the tree of an image. Throws LunaError `invalid` when no directory is there, when it is one
 * of this system, and, for root, when it is not root's.
 */
export async function withTree<T>(image: Named, work: (tree: Tree) => Promise<T>): Promise<T> {
  const { path } = image
  if (!path?.startsWith('/'))
    throw notThere(image, path ? `${path} is not a directory` : 'its path is not set')
  let found = false
  const held = async (pin: Pin) => {
    found = true
    await refuseForeign(image, pin)
    return await work(pin)
  }
  return await withPin(path, held, { follow: true }).catch((cause: unknown) => {
    if (found || cause instanceof LunaError) throw cause
    throw notThere(image, `${path} is not a directory`)
  })
}

async function refuseForeign(image: Named, pin: Pin): Promise<void> {
  const root = await stat('/')
  if (pin.id === `${root.dev}:${root.ino}`) throw notThere(image, `${pin.path} is the root of this machine`)
  if (isOfSystem(pin.path) || runtime.test(pin.path))
    throw notThere(image, `${pin.path} is a place of this machine’s own system`)
  if (process.getuid?.() !== 0 || pin.uid === 0) return
  throw new LunaError('invalid', `the tree of osimage "${image.name}" is not root’s`, {
    why: `${pin.path} belongs to user ${pin.uid}, who could put anything there`,
    fix: `look at what is in it, then: chown root: ${pin.path}`,
  })
}

const systemPlaces = /^\/(?:bin|boot|dev|etc|lib\w*|proc|root|sbin|sys|usr)(?:\/|$)/
const runtime = /^\/run(?:\/|$)/
// What holds other things of the system; what is below may be a tree.
const aboveOthers = /^\/(?:home|media|mnt|opt|srv|tmp|var|var\/[^/]+)?$/

/** Whether a directory is one that the system of this machine needs for itself; pure. */
export function isOfSystem(path: string): boolean {
  return systemPlaces.test(path) || aboveOthers.test(path)
}

/**
 * What is to be done so that nobody but root gets into a tree, whose set-uid programs would be this
 * machine’s; undefined where it is so.
 */
export async function exposure(
  { path }: Pick<Tree, 'path'>,
  name: string,
  clusterPath: string,
): Promise<{ readonly what: string; readonly fix: string } | undefined> {
  const above = dirname(path)
  const { uid, mode } = await stat(above)
  if (uid === 0 && (mode & 0o077) === 0) return undefined
  // Others have to get into these.
  const shared = isOfSystem(above) || clusterPath === above || clusterPath.startsWith(`${above}/`)
  const own = join(above, 'os')
  const moved = join(own, basename(path))
  const fix = shared
    ? `mkdir -m 700 ${own} && mv ${path} ${moved} && luna osimage change ${name} --path ${moved}`
    : `chown root: ${above} && chmod 700 ${above}`
  return { what: `every account of this machine can run the set-uid programs in ${path}`, fix }
}

function notThere({ name }: Named, why: string): LunaError {
  return new LunaError('invalid', `the tree of osimage "${name}" is not there`, {
    why,
    fix: `luna osimage change ${name} --path DIRECTORY`,
  })
}
