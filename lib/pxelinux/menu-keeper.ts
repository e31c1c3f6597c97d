// Keeps the files of PXELINUX equal to what the store says.
import { Trouble } from '../daemon/trouble.ts'
import { LunaError, sentence } from '../error.ts'
import { readText } from '../host/file.ts'
import type { MenuFolder } from '../host/menu-folder.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { type PxelinuxMenus, pxelinuxMenus } from '../task/boot/pxelinux.ts'
import { macOwners } from '../task/macs.ts'

// Somebody may have removed or edited our files, or the site's template; a first Luna changes a database
// without a word.
const distrustInterval = 60_000
const largestDefault = 1 << 20
// Reasons that one line of the log holds.
const mostReasons = 20

export class MenuKeeper {
  readonly #folder: MenuFolder
  readonly #log: Log
  readonly #defaultFile: string | undefined
  readonly #incomplete: Trouble
  #distrusted = performance.now()
  #default: string | undefined
  #last: { readonly state: string; readonly menus: PxelinuxMenus } | undefined

  constructor(folder: MenuFolder, log: Log, defaultFile: string | undefined) {
    this.#folder = folder
    this.#log = log
    this.#defaultFile = defaultFile
    this.#incomplete = new Trouble(
      (why) => log.warning('menus incomplete', { why }),
      () => log.info('menus complete again'),
    )
  }

  /** How many menus there are. */
  get menus(): number {
    return this.#last?.menus.files.size ?? 0
  }

  /**
   * Brings the files up to date, as far as that is possible. Throws LunaError when the store cannot be read.
   */
  async look(store: Store): Promise<void> {
    const { files, refused } = await this.#menus(store)
    const troubles = [...refused].map(([node, why]) => `${node}: ${why}`)
    const wanted = new Map(files)
    const text = await this.#defaultText(troubles)
    if (text !== undefined) wanted.set('default', text)
    troubles.push(...(await this.#write(wanted)))
    const more = troubles.length - mostReasons
    const reasons = [...troubles.slice(0, mostReasons), ...(more > 0 ? [`and ${more} more`] : [])]
    this.#incomplete.update(reasons.join('; '))
  }

  /**
   * The menus that the store wants. They are rendered only when the store has changed, and after
   * `distrustInterval`.
   */
  async #menus(store: Store): Promise<PxelinuxMenus> {
    const distrusted = performance.now() - this.#distrusted >= distrustInterval
    if (distrusted) {
      this.#folder.distrust()
      this.#distrusted = performance.now()
    }
    const state = await stateOf(store)
    const known = distrusted || this.#last?.state !== state ? undefined : this.#last.menus
    const menus = known ?? (await pxelinuxMenus(store))
    this.#last = { state, menus }
    return menus
  }

  /** Writes the files, and gives what could not be done. */
  async #write(wanted: ReadonlyMap<string, string>): Promise<readonly string[]> {
    const { written, removed, replaced, troubles } = await this.#folder.keep(wanted)
    if (written + removed > 0) this.#log.info('menus written', { files: wanted.size, written, removed })
    for (const file of replaced) this.#log.warning('foreign file replaced', { file })
    return troubles
  }

  /**
   * The text of `default`: of the last reading while the file cannot be read, undefined when `default` is
   * left alone.
   */
  async #defaultText(troubles: string[]): Promise<string | undefined> {
    if (this.#defaultFile === undefined) return undefined
    try {
      this.#default = await readDefault(this.#defaultFile)
    } catch (error) {
      troubles.push(sentence(error))
    }
    return this.#default
  }
}

/**
 * Another text after every change of what menus are made of: the version does not change with MAC addresses.
 */
async function stateOf(store: Store): Promise<string> {
  return JSON.stringify([(await store.versions()).objects, [...(await macOwners(store))]])
}

/** The text of the file that machines without a menu of their own get. Throws LunaError `failed`. */
export async function readDefault(file: string): Promise<string> {
  const text = await readText(file)
  if (text === undefined)
    throw new LunaError('failed', `there is no file ${file}`, { fix: 'correct --def_file' })
  if (text.length <= largestDefault) return text
  throw new LunaError('failed', `${file} is not a menu`, {
    why: `it is longer than ${largestDefault} bytes`,
    fix: 'name the file of a menu with --def_file',
  })
}
