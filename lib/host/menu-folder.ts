// The directory pxelinux.cfg: Luna's files are kept up to date, files of others are left alone. A file beside
// them records which are Luna's, for the next process.
import { existsSync } from 'node:fs'
import { chmod, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError, sentence } from '../error.ts'
import { readText, reason, tempBeside } from './file.ts'

/** The file with the names of our files, one a line. It is hidden, and no firmware asks for it. */
const record = '.luna-files'

export interface KeepResult {
  readonly written: number
  readonly removed: number
  /** Files that were not Luna's and stood in the place of one. */
  readonly replaced: readonly string[]
  /** Why some files could not be written or removed; all others were. */
  readonly troubles: readonly string[]
}

export class MenuFolder {
  readonly #path: string
  /** Names in the record. */
  #ours = new Set<string>()
  /** The texts that our files are known to have. */
  readonly #texts = new Map<string, string>()

  constructor(path: string) {
    this.#path = path
  }

  /** Reads the record, and removes drafts that a crash has left. Throws LunaError `failed`. */
  async open(): Promise<void> {
    const text = (await readText(join(this.#path, record))) ?? ''
    this.#ours = new Set(text.split('\n').filter((name) => isOurName(name)))
    for (const name of await this.#list())
      if (isDraft(name)) await rm(join(this.#path, name), { force: true })
  }

  /** Has the next `keep` compare all files with what is on the disk. */
  distrust(): void {
    this.#texts.clear()
  }

  /** Makes our files those, each by a rename. Throws LunaError `failed` when the record cannot be written. */
  async keep(wanted: ReadonlyMap<string, string>): Promise<KeepResult> {
    const gone = [...this.#ours].filter((name) => !wanted.has(name))
    const fresh = [...wanted.keys()].filter((name) => !this.#ours.has(name))
    const before = new Set(this.#ours)
    // The record comes before the files: a crash in between must not leave files that are in no record.
    if (fresh.length > 0) await this.#note([...this.#ours, ...fresh])
    const troubles: string[] = []
    const changed = await this.#writeAll(wanted, troubles)
    const removed = await this.#removeAll(gone, troubles)
    if (removed.length > 0) await this.#note([...this.#ours].filter((name) => !removed.includes(name)))
    const replaced = changed.filter(({ name, was }) => was !== undefined && !before.has(name))
    return {
      written: changed.length,
      removed: removed.length,
      replaced: replaced.map(({ name }) => name),
      troubles,
    }
  }

  async #writeAll(wanted: ReadonlyMap<string, string>, troubles: string[]) {
    const changed: { name: string; was: string | undefined }[] = []
    for (const [name, text] of wanted) {
      if (this.#texts.get(name) === text) continue
      try {
        const was = await readText(join(this.#path, name))
        if (was !== text) {
          await this.#put(name, text)
          changed.push({ name, was })
        }
        this.#texts.set(name, text)
      } catch (error) {
        troubles.push(sentence(error))
      }
    }
    return changed
  }

  async #removeAll(names: readonly string[], troubles: string[]): Promise<string[]> {
    const removed: string[] = []
    for (const name of names) {
      try {
        await rm(join(this.#path, name), { force: true })
        this.#texts.delete(name)
        removed.push(name)
      } catch (cause) {
        troubles.push(`cannot remove ${name}: ${reason(cause)}`)
      }
    }
    return removed
  }

  async #note(names: readonly string[]): Promise<void> {
    await this.#put(record, names.map((name) => `${name}\n`).join(''))
    this.#ours = new Set(names)
  }

  /** Writes without waiting for the disk, as files may be thousands: after a crash all are compared again. */
  async #put(name: string, text: string): Promise<void> {
    const path = join(this.#path, name)
    const draft = tempBeside(path, 'new')
    try {
      await rm(draft, { force: true })
      await writeFile(draft, text, { flag: 'wx' })
      // Also with a umask that would hide it from the TFTP server.
      await chmod(draft, 0o644)
      await rename(draft, path)
    } catch (cause) {
      await rm(draft, { force: true }).catch(() => {})
      throw new LunaError('failed', `cannot write ${path}`, {
        why: reason(cause),
        fix: `give the directory ${this.#path} to the user that this runs as`,
        cause,
      })
    }
  }

  async #list(): Promise<string[]> {
    try {
      return await readdir(this.#path)
    } catch (cause) {
      throw new LunaError('failed', `cannot read the directory ${this.#path}`, {
        why: reason(cause),
        fix: `make it, or give it to the user that this runs as`,
        cause,
      })
    }
  }
}

/**
 * The menus that a folder lacks, has otherwise than wanted, or still has of nodes that are gone; undefined
 * without such a folder.
 */
export async function staleMenus(
  folder: string,
  wanted: ReadonlyMap<string, string>,
): Promise<string[] | undefined> {
  if (!existsSync(folder)) return undefined
  const kept = ((await readText(join(folder, record))) ?? '').split('\n').filter((name) => isOurName(name))
  const gone = kept.filter((name) => name !== 'default' && !wanted.has(name))
  const stale = [...wanted].map(async ([name, text]) =>
    (await readText(join(folder, name))) === text ? [] : [name],
  )
  return [...gone, ...(await Promise.all(stale)).flat()]
}

function isOurName(name: string): boolean {
  return name === 'default' || /^01(-[0-9a-f]{2}){6}$/.test(name)
}

function isDraft(name: string): boolean {
  const [, of] = /^\.(.+)\.\d+\.new$/.exec(name) ?? []
  return of !== undefined && (of === record || isOurName(of))
}
