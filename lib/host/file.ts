// Files that appear whole or not at all: draft beside the target, check, rename. Putting several in place together, with
// the way back, is the business of install.ts.
import {
  chmod,
  chown,
  lstat,
  mkdtemp,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { LunaError } from '../error.ts'
import { run } from './run.ts'
import type { Owner } from './user.ts'

export type Content = string | Uint8Array

/** What a file shall be. */
export interface DesiredFile {
  readonly path: string
  /** null: no such file shall be there. */
  readonly content: Content | null
  readonly mode: number
  readonly owner?: Owner
  /** What a diff must not show, as a global pattern. */
  readonly secret?: RegExp
}

/** The bytes of a file, or undefined when it is not there. Other trouble throws LunaError `failed`. */
export async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new LunaError('failed', `cannot read ${path}`, { why: reason(cause), cause })
  }
}

/** The text of a file (UTF-8), or undefined when it is not there. */
export async function readText(path: string): Promise<string | undefined> {
  return (await readBytes(path))?.toString('utf8')
}

/** Puts a file in place at once: draft, fsync, rename. Throws LunaError `failed`. */
export async function replaceFile(
  path: string,
  content: Content,
  mode: number,
  owner?: Owner,
): Promise<void> {
  const target = await followLink(path)
  const draft = await writeDraft(target, content, mode, owner)
  try {
    await rename(draft, target)
  } catch (cause) {
    await rm(draft, { force: true })
    throw new LunaError('failed', `cannot put ${path} in place`, { why: reason(cause), cause })
  }
  await syncDirectory(dirname(target))
}

/** Writes the draft of a file in the target's own directory and gives its path; the target is not touched. */
export async function writeDraft(
  path: string,
  content: Content,
  mode: number,
  owner?: Owner,
): Promise<string> {
  const draft = tempBeside(path, 'new')
  try {
    await rm(draft, { force: true })
    // Fails where something is there already: in a directory of another user that could be a link to anywhere.
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(content)
      if (owner && process.getuid?.() === 0) await file.chown(owner.uid, owner.gid)
      await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
    return draft
  } catch (cause) {
    await rm(draft, { force: true })
    throw new LunaError('failed', `cannot write ${path}`, {
      why: reason(cause),
      fix: isMissing(cause)
        ? `make the directory ${dirname(path)}`
        : `look at the rights of ${dirname(path)}`,
      cause,
    })
  }
}

/** Gives an existing file the mode and owner that it shall have. */
export async function setRights(path: string, mode: number, owner?: Owner): Promise<void> {
  const now = await stat(path)
  if ((now.mode & 0o7777) !== mode) await chmod(path, mode)
  if (!owner || process.getuid?.() !== 0) return
  if (now.uid !== owner.uid || now.gid !== owner.gid) await chown(path, owner.uid, owner.gid)
}

/** A hidden name beside a file, of this process alone. */
export function tempBeside(path: string, what: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${what}`)
}

/** Where a file really is, so that a link to it stays a link. */
export async function followLink(path: string): Promise<string> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await realpath(path) : path
  } catch {
    return path
  }
}

export async function syncDirectory(path: string): Promise<void> {
  const dir = await open(path, 'r')
  try {
    await dir.sync()
  } finally {
    await dir.close()
  }
}

/** Unified diff from what is there to what shall be, empty when nothing changes; bytes that are no text are only counted. */
export async function diffFile(wanted: DesiredFile): Promise<string> {
  const now = await readBytes(wanted.path)
  const next = wanted.content === null ? undefined : Buffer.from(wanted.content)
  if (now === undefined ? next === undefined : next && now.equals(next)) return ''
  if (now?.includes(0) || next?.includes(0)) {
    return `Binary file ${wanted.path}: ${now?.length ?? 'no'} bytes now, ${next?.length ?? 'no'} bytes then\n`
  }
  const shown = (bytes: Buffer | undefined) => hide(bytes?.toString('utf8') ?? '', wanted.secret)
  const [before, after] = [shown(now), shown(next)]
  const labels = [now ? wanted.path : '/dev/null', next ? wanted.path : '/dev/null']
  return diffTexts(before, after, labels[0] ?? '', labels[1] ?? '')
}

async function diffTexts(before: string, after: string, from: string, to: string): Promise<string> {
  const old = await temporary(before)
  try {
    const args = ['-u', '--label', from, '--label', to, old.path, '-']
    const { status, stdout, stderr } = await run('diff', args, { input: after, allowFailure: true })
    if (status > 1) throw new LunaError('failed', 'diff failed', { why: stderr.trim() })
    return stdout
  } finally {
    await old.remove()
  }
}

async function temporary(text: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'luna-diff-'))
  const path = join(dir, 'old')
  await writeFile(path, text, { mode: 0o600 })
  return { path, remove: () => rm(dir, { recursive: true, force: true }) }
}

function hide(text: string, secret: RegExp | undefined): string {
  return secret ? text.replace(secret, '(hidden)') : text
}

export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

export function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
