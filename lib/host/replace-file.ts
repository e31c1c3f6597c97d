// A file of the operator's that Luna writes as a whole.
import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LunaError } from '../error.ts'
import { followLink, readBytes, reason, syncDirectory, writeDraft } from './file.ts'

/**
 * Puts a text in place of a file at once, unless that has it already; gives whether it did. Mode and owner
 * stay; a new file is readable by all. A link stays one. Throws LunaError `failed`, with the old file as it
 * was.
 */
export async function replaceFile(path: string, text: string): Promise<boolean> {
  const target = await followLink(path)
  const bytes = Buffer.from(text)
  if ((await readBytes(target))?.equals(bytes)) return false
  const old = await stat(target).catch(() => undefined)
  const mode = old ? old.mode & 0o7777 : 0o644
  const draft = await writeDraft(target, bytes, mode, old && { uid: old.uid, gid: old.gid })
  try {
    await rename(draft, target)
    await syncDirectory(dirname(target))
    return true
  } catch (cause) {
    await rm(draft, { force: true })
    throw new LunaError('failed', `cannot put ${path} in place`, {
      why: reason(cause),
      fix: `look at the rights of ${dirname(target)}`,
      cause,
    })
  }
}
