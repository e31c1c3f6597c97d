// Follows the store: twice a second it is asked whether the files of PXELINUX are what they should be.
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import { readText } from '../host/file.ts'
import type { MenuFolder } from '../host/menu-folder.ts'
import type { Log } from '../log.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { type PxelinuxMenus, pxelinuxMenus } from '../task/boot/pxelinux.ts'

const lookEvery = 500
// Somebody may have removed or edited our files, or the site's template; a first Luna changes a database without a word.
const distrustEvery = 60_000
// As long as the slowest store may take, and longer.
const mostLook = 300_000
const mostDefault = 1 << 20

export class MenuLoop {
  readonly #config: Config
  readonly #folder: MenuFolder
  readonly #log: Log
  readonly #defaultFile: string | undefined
  #store: Store | undefined
  #looked = Date.now()
  #distrusted = Date.now()
  #trouble = ''
  #default: string | undefined
  #last: { readonly state: string; readonly menus: PxelinuxMenus } | undefined

  constructor(config: Config, folder: MenuFolder, log: Log, defaultFile: string | undefined) {
    this.#config = config
    this.#folder = folder
    this.#log = log
    this.#defaultFile = defaultFile
  }

  alive(): boolean {
    return Date.now() - this.#looked < mostLook
  }

  /** Looks until told to stop. */
  async go(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await delay(lookEvery, undefined, { signal: stop }).catch(() => {})
      if (!stop.aborted) await this.look()
    }
    await this.#store?.close()
  }

  /** While the store is away the files stay as they are: trouble is only told, once. */
  async look(): Promise<number> {
    let count = 0
    try {
      this.#store ??= await openStore(this.#config)
      const { files, refused } = await this.#menus(this.#store)
      const troubles = [...refused].map(([node, why]) => `${node}: ${why}`)
      const wanted = new Map(files)
      const text = await this.#defaultText(troubles)
      if (text !== undefined) wanted.set('default', text)
      troubles.push(...(await this.#keep(wanted)))
      count = files.size
      this.#tell(troubles)
    } catch (error) {
      if (!(error instanceof LunaError)) throw error
      this.#tell([sentence(error)])
    }
    this.#looked = Date.now()
    return count
  }

  /** The menus as the store has them: read only when something has changed there, and when nothing is trusted. */
  async #menus(store: Store): Promise<PxelinuxMenus> {
    if (Date.now() - this.#distrusted >= distrustEvery) {
      this.#folder.distrust()
      this.#distrusted = Date.now()
      this.#last = undefined
    }
    const state = await stateOf(store)
    if (this.#last?.state !== state) this.#last = { state, menus: await pxelinuxMenus(store) }
    return this.#last.menus
  }

  async #keep(wanted: ReadonlyMap<string, string>): Promise<readonly string[]> {
    const { written, removed, takenOver, troubles } = await this.#folder.keep(wanted)
    if (written + removed > 0) this.#log.info('kept', { files: wanted.size, written, removed })
    for (const file of takenOver) this.#log.warning('taken over', { file })
    return troubles
  }

  /** What `default` shall hold; what it was when it cannot be read now, undefined when it is none of our business. */
  async #defaultText(troubles: string[]): Promise<string | undefined> {
    if (this.#defaultFile === undefined) return undefined
    try {
      this.#default = await readDefault(this.#defaultFile)
    } catch (error) {
      troubles.push(sentence(error))
    }
    return this.#default
  }

  #tell(troubles: readonly string[]): void {
    const now = troubles.slice(0, 20).join('; ')
    if (now !== this.#trouble) {
      if (now !== '') this.#log.warning('trouble', { error: now, count: troubles.length })
      else this.#log.info('well again')
    }
    this.#trouble = now
  }
}

/** Another text after every change of what menus are made of: the version has no addresses in it. */
async function stateOf(store: Store): Promise<string> {
  return JSON.stringify([await store.version(), [...(await store.macs())]])
}

/** The text of the file that machines without a menu of their own get. Throws LunaError `failed`. */
export async function readDefault(file: string): Promise<string> {
  const text = await readText(file)
  if (text === undefined)
    throw new LunaError('failed', `there is no file ${file}`, { fix: 'correct --def_file' })
  if (text.length <= mostDefault) return text
  throw new LunaError('failed', `${file} is no menu: it is longer than ${mostDefault} bytes`)
}
