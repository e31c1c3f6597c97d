// The directory pxelinux.cfg: files of ours kept as they shall be, those of others left alone. Which are ours is written
// down in a file beside them, because the next process has to know as well.
import { chmod, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError, sentence } from '../error.ts'
import { readText, reason, tempBeside } from './file.ts'

/** Names of our files, one a line; hidden, and nothing that firmware asks for. */
const record = '.luna-files'

export interface Done {
  readonly written: number
  readonly removed: number
  /** Files of somebody else that were in the way of ours. */
  readonly replaced: readonly string[]
  /** What could not be done; the rest was. */
  readonly troubles: readonly string[]
}

export class MenuFolder {
  readonly #path: string
  /** Names that the record has. */
  #ours = new Set<string>()
  /** What is known to be in our files. */
  readonly #texts = new Map<string, string>()

  constructor(path: string) {
    this.#path = path
  }

  /** Learns which files are ours, and removes drafts that a crash has left. Throws LunaError `failed`. */
  async open(): Promise<void> {
    const text = (await readText(join(this.#path, record))) ?? ''
    this.#ours = new Set(text.split('\n').filter((name) => isOurName(name)))
    for (const name of await this.#list())
      if (isDraft(name)) await rm(join(this.#path, name), { force: true })
  }

  /** Takes nothing for granted any more: the next `keep` compares with what is on the disk. */
  distrust(): void {
    this.#texts.clear()
  }

  /** Makes our files those, each whole at any moment. Throws LunaError `failed` when nothing at all can be done. */
  async keep(wanted: ReadonlyMap<string, string>): Promise<Done> {
    const gone = [...this.#ours].filter((name) => !wanted.has(name))
    const fresh = [...wanted.keys()].filter((name) => !this.#ours.has(name))
    const before = new Set(this.#ours)
    // Written down before they are made: a crash in between must not leave files that nobody calls his own.
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

  /** Without waiting for the disk, as there may be thousands: after a crash all of them are compared anyway. */
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

function isOurName(name: string): boolean {
  return name === 'default' || /^01(-[0-9a-f]{2}){6}$/.test(name)
}

function isDraft(name: string): boolean {
  const [, of] = /^\.(.+)\.\d+\.new$/.exec(name) ?? []
  return of !== undefined && (of === record || isOurName(of))
}
