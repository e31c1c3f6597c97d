// lchroot: work in the tree of an image as if it were the running system.
import { constants } from 'node:fs'
import { access, open, realpath, rm, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { LunaError } from '../../error.ts'
import { isMissing, reason } from '../../host/file.ts'
import { enter, type Inside, mustBeRoot } from '../../host/image/chroot.ts'
import { withLock } from '../../host/lock.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'

// Built by packaging/uname/build when Luna is installed; a source tree may be without it.
export const unameLibrary = join(import.meta.dirname, '../../libexec/luna-uname.so')

export interface ChrootWish {
  readonly name: string
  /** Program and arguments; a shell when empty. One word with blanks in it is a line for the image's shell. */
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
 * Runs a command in the tree and gives its exit status. Throws LunaError `not-found` when there is no such image or no tree of
 * it, and `taken` when somebody is in it already.
 */
export async function enterOsimage(store: Store, wish: ChrootWish, context: ChrootContext): Promise<number> {
  const image = await store.findNamed('osimage', wish.name)
  const root = image?.path ?? ''
  if (!image || !(await stat(root).catch(() => undefined))?.isDirectory()) throw noImage(wish.name, image)
  mustBeRoot()
  const inside = await insideOf(image, root, wish, context)
  const [program, ...args] = await commandOf(root, wish.command)
  const lock = await makeLock(root)
  return await whileLocked(lock, image, async () => {
    try {
      return await enter(inside, program, args, context.signal)
    } finally {
      // It would be packed; whoever comes next makes it anew.
      await rm(lock, { force: true })
    }
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

async function shellOf(root: string): Promise<string> {
  const bash = await realpath(join(root, 'bin/bash')).catch(() => '')
  return bash.startsWith((await realpath(root)) + sep) ? '/bin/bash' : '/bin/sh'
}

/** The lock's place is that of the first Luna. Its directory is one that everybody may write to: links are not followed. */
async function makeLock(root: string): Promise<string> {
  const lock = join(root, 'tmp/lchroot.lock')
  try {
    const file = await open(lock, constants.O_CREAT | constants.O_RDONLY | constants.O_NOFOLLOW, 0o600)
    const { uid } = await file.stat()
    await file.close()
    if (uid === 0) return lock
  } catch (cause) {
    const why = isMissing(cause) ? 'the image has no directory /tmp' : reason(cause)
    throw new LunaError('failed', `cannot lock ${lock}`, { why, cause })
  }
  throw new LunaError('failed', `cannot lock ${lock}`, { why: 'it is not root’s', fix: `rm ${lock}` })
}

async function whileLocked(lock: string, image: Osimage, work: () => Promise<number>): Promise<number> {
  try {
    return await withLock(lock, `somebody is in osimage "${image.name}" already`, work)
  } catch (error) {
    if (!(error instanceof LunaError) || error.code !== 'refused') throw error
    throw new LunaError('taken', error.message, { fix: 'wait until that is done' })
  }
}

function noImage(name: string, image: Osimage | undefined): LunaError {
  if (!image)
    return new LunaError('not-found', `there is no osimage "${name}"`, { fix: 'see: luna osimage list' })
  return new LunaError('not-found', `the tree of osimage "${name}" is not there`, {
    why: image.path ? `${image.path} is not a directory` : 'its path is not set',
  })
}
