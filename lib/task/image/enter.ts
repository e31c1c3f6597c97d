// lchroot: work in the tree of an image as if it were the running system.
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError } from '../../error.ts'
import { enter, type Inside, mustBeRoot, shellOf } from '../../host/image/chroot.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { withImageLock } from './lock.ts'

// Built by packaging/uname/build when Luna is installed; a source tree may be without it.
const unameLibrary = join(import.meta.dirname, '../../libexec/luna-uname.so')

export interface ChrootWish {
  readonly name: string
  /**
   * Program and arguments; a shell when empty. One word with blanks in it is a line for the image's shell.
   */
  readonly command: readonly string[]
  readonly term?: string
}

export interface ChrootContext {
  readonly signal: AbortSignal
  readonly warn: (text: string) => void
  /** Where the library is, when not in its usual place. */
  readonly library?: string
}

/**
 * Runs a command in the tree and gives its exit status. Throws LunaError `not-found` when there is no such
 * image or no tree of it, and `taken` when somebody is in it already.
 */
export async function enterOsimage(store: Store, wish: ChrootWish, context: ChrootContext): Promise<number> {
  const image = await store.findNamed('osimage', wish.name)
  const root = image?.path ?? ''
  if (!image || !(await stat(root).catch(() => undefined))?.isDirectory()) throw noImage(wish.name, image)
  mustBeRoot()
  return await whileLocked(image, async (tree) => {
    const inside = await insideOf(image, tree, wish, context)
    const [program, ...args] = await commandOf(tree, wish.command)
    return await enter(inside, program, args, context.signal)
  })
}

async function insideOf(
  image: Osimage,
  root: string,
  wish: ChrootWish,
  context: ChrootContext,
): Promise<Inside> {
  const library = context.library ?? unameLibrary
  const version = image.kernver ?? ''
  const there = await access(library).then(
    () => true,
    () => false,
  )
  if (!there) context.warn('uname -r answers with the kernel of this machine: luna-uname.so is not installed')
  const env = { TERM: wish.term ?? 'dumb', LUNA_IMAGE: image.name, debian_chroot: image.name }
  const kernel = there && version !== '' ? { kernel: { library, version } } : {}
  return { root, resolvesNames: true, env, ...kernel }
}

async function commandOf(root: string, command: readonly string[]): Promise<[string, ...string[]]> {
  const [first, ...rest] = command
  if (first === undefined) return [await shellOf(root), '-l']
  return rest.length === 0 && /\s/.test(first) ? ['/bin/sh', '-c', first] : [first, ...rest]
}

async function whileLocked(image: Osimage, work: (root: string) => Promise<number>): Promise<number> {
  try {
    return await withImageLock(image, 'entered', ({ at }) => work(at))
  } catch (error) {
    if (!(error instanceof LunaError) || error.code !== 'refused') throw error
    const { message, why, fix } = error
    throw new LunaError('taken', message, {
      ...(why !== undefined && { why }),
      fix: fix ?? null,
    })
  }
}

function noImage(name: string, image: Osimage | undefined): LunaError {
  if (!image)
    return new LunaError('not-found', `there is no osimage "${name}"`, { fix: 'see: luna osimage list' })
  return new LunaError('not-found', `the tree of osimage "${name}" is not there`, {
    why: image.path ? `${image.path} is not a directory` : 'its path is not set',
    fix: `luna osimage change ${name} --path DIRECTORY`,
  })
}
