// Files and directories of this machine: reading, drafts beside their target, rights, differences. Putting
// drafts in place is in publish.ts.
import { chmod, chown, open, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { LunaError } from '../error.ts'
import { makeFolder } from './make-folder.ts'
import { patiently, run } from './run.ts'
import { withScratch } from './scratch.ts'
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
    // Opening one would wait for somebody who writes into it.
    if ((await stat(path)).isFIFO()) throw new Error('it is a pipe')
    return await readFile(path)
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new LunaError('failed', `cannot read ${path}`, {
      why: reason(cause),
      fix: `look at the rights of ${path}, and of the directories above it`,
      cause,
    })
  }
}

/** The text of a file (UTF-8), or undefined when it is not there. */
export async function readText(path: string): Promise<string | undefined> {
  return (await readBytes(path))?.toString('utf8')
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
    // Fails where something is there already: in a directory of another user it could be a link.
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

/**
 * Where a file really is, or would be: a link to it stays a link, also one that leads to a file which is not
 * there yet. Throws LunaError `failed` for links in a circle and for what is there and no file.
 */
export async function followLink(path: string): Promise<string> {
  let target = path
  for (let links = 0; links <= mostLinks; links++) {
    const next = await readlink(target).catch(() => undefined)
    if (next === undefined) return await onlyFile(path, target)
    // A relative link counts from the directory that the link is really in.
    target = resolve(await realpath(dirname(target)), next)
  }
  throw new LunaError('failed', `${path} is a link that leads nowhere`, {
    why: 'there are too many links in a row, or a circle of them',
    fix: `rm ${path}`,
  })
}

/** What is to be a file must not take the place of a device or a directory. */
async function onlyFile(path: string, target: string): Promise<string> {
  const there = await stat(target).catch(() => undefined)
  if (there === undefined || there.isFile()) return target
  const name = target === path ? path : `${path}, which leads to ${target},`
  throw new LunaError('failed', `${name} is no file`, {
    why: 'something else is there, such as a directory, a device or a pipe',
    fix: `remove it, or move it away: ${path}`,
  })
}

// As many as Linux follows (path_resolution(7)).
const mostLinks = 40

/**
 * Makes a directory and the missing ones above it, all with mode 0755 whatever the umask; the directory
 * itself belongs to `owner` then. One that is there already stays as it is. Throws LunaError `failed`.
 */
export async function makeDirectory(path: string, owner?: Owner): Promise<void> {
  const target = resolve(path)
  try {
    const first = await makeFolder(target, 0o755)
    if (first === undefined) return
    for (let made = target; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755)
    if (owner && process.getuid?.() === 0) await chown(target, owner.uid, owner.gid)
  } catch (cause) {
    throw new LunaError('failed', `cannot make the directory ${path}`, {
      why: reason(cause),
      fix: `make it yourself, or look at the rights of ${dirname(target)}`,
      cause,
    })
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

/**
 * The unified diff to the desired file, '' when nothing changes. Of binary files only the sizes are shown, of
 * a file that goes only its number of lines.
 */
export async function diffFile(wanted: DesiredFile): Promise<string> {
  const now = await readBytes(wanted.path)
  const next = wanted.content === null ? undefined : Buffer.from(wanted.content)
  if (now === undefined ? next === undefined : next && now.equals(next)) return ''
  if (now && !next) return `removes ${wanted.path} (${linesOf(now)})\n`
  if (now?.includes(0) || next?.includes(0)) {
    return `Binary file ${wanted.path}: ${now?.length ?? 'no'} bytes now, ${next?.length ?? 'no'} bytes then\n`
  }
  const shown = (bytes: Buffer | undefined) => hide(bytes?.toString('utf8') ?? '', wanted.secret)
  const [before, after] = [shown(now), shown(next)]
  const labels = [now ? wanted.path : '/dev/null', next ? wanted.path : '/dev/null']
  return diffTexts(before, after, labels[0] ?? '', labels[1] ?? '')
}

function linesOf(bytes: Buffer): string {
  const lines = bytes.toString('utf8').replace(/\n$/, '').split('\n').length
  return `${lines} line${lines === 1 ? '' : 's'}`
}

async function diffTexts(before: string, after: string, from: string, to: string): Promise<string> {
  return await withScratch(async (dir) => {
    const old = join(dir, 'old')
    await writeFile(old, before, { mode: 0o600 })
    const args = ['-u', '--label', from, '--label', to, old, '-']
    const { status, stdout, stderr } = await run('diff', args, {
      ...patiently,
      input: after,
      allowFailure: true,
    })
    if (status > 1)
      throw new LunaError('failed', 'diff(1) failed', {
        why: stderr.trim(),
        fix: `look at whether ${dirname(dir)} is full, and at diff itself: install diffutils`,
      })
    return stdout
  })
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
