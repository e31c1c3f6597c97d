// Puts finished drafts in place together, and takes them back when the last step fails.
import { constants } from 'node:fs'
import { link, open, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { LunaError } from '../error.ts'
import { isMissing, reason, syncDirectory, tempBeside } from './file.ts'
import type { Owner } from './user.ts'

export interface Move {
  /** The finished file; null: there shall be no file at the target. */
  readonly draft: string | null
  /** On the same file system as the draft. */
  readonly target: string
}

/**
 * Renames every draft to its target, then does `commit`. When anything fails, every target is as it was. A
 * program that has an old file open goes on reading the old file.
 */
export async function publish(moves: readonly Move[], commit: () => Promise<void>): Promise<void> {
  const back: (() => Promise<void>)[] = []
  try {
    for (const move of moves) back.unshift(await swap(move))
    for (const dir of new Set(moves.map(({ target }) => dirname(target)))) await syncDirectory(dir)
    await commit()
  } catch (error) {
    for (const undo of back) await undo()
    throw error
  } finally {
    for (const { target } of moves) await rm(tempBeside(target, 'old'), { force: true })
  }
}

/** Puts one file in place, and returns the way to undo it. */
async function swap({ draft, target }: Move): Promise<() => Promise<void>> {
  const old = tempBeside(target, 'old')
  await rm(old, { force: true })
  const had = await link(target, old).then(
    () => true,
    (cause) => {
      if (isMissing(cause)) return false
      throw cause
    },
  )
  if (draft !== null) await rename(draft, target)
  else await rm(target, { force: true })
  return () => (had ? rename(old, target) : rm(target, { force: true }))
}

/**
 * Makes a finished draft ready to be published: everybody may read it, and it is on the disk. What made the
 * draft may have been led astray: only a file of its own gets another owner. Throws LunaError `failed`.
 */
export async function makeDurable(file: string, owner: Owner): Promise<void> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((cause: unknown) => {
    throw noFile(file, reason(cause))
  })
  try {
    const found = await handle.stat()
    if (!found.isFile() || found.nlink !== 1) throw noFile(file, 'it is a link, a device or has another name')
    await handle.chown(owner.uid, owner.gid)
    await handle.chmod(0o644)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function noFile(file: string, why: string): LunaError {
  return new LunaError('failed', `what was made is not a file: ${basename(file)}`, {
    why,
    fix: 'look at what makes it: a program or a dracut module of the image puts something else there',
  })
}
