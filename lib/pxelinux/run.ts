// The service lfs_pxelinux: keeps the menu files of PXELINUX until it is told to stop.
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { Loop } from '../daemon/loop.ts'
import { reopeningStore } from '../daemon/reopening-store.ts'
import { type Daemon, runDaemon, whileUp } from '../daemon/run.ts'
import { logTrouble } from '../daemon/trouble.ts'
import { MenuFolder } from '../host/menu-folder.ts'
import type { Log } from '../log.ts'
import { openStore } from '../store/open.ts'
import { MenuKeeper, readDefault } from './menu-keeper.ts'

export const pxelinux: Daemon = { name: 'lfs_pxelinux' }

// Milliseconds between two looks at the store.
const lookInterval = 500

export interface Wish {
  /** The file whose text goes to `default`; absent: `default` is left alone. */
  readonly defaultFile?: string
  readonly stop: AbortSignal
}

/** Runs the service until `stop` is aborted. Throws LunaError when it cannot begin. */
export async function runPxelinux(config: Config, { defaultFile, stop }: Wish): Promise<void> {
  if (defaultFile !== undefined) await readDefault(defaultFile)
  const path = join(config.paths.tftp_root, 'pxelinux.cfg')
  await runDaemon({
    daemon: pxelinux,
    config,
    stop,
    files: () => [join(path, 'default')],
    work: async ({ log }) => {
      const folder = new MenuFolder(path)
      await folder.open()
      await keepMenus(config, new MenuKeeper(folder, log, defaultFile), path, log, stop)
    },
  })
}

async function keepMenus(
  config: Config,
  keeper: MenuKeeper,
  path: string,
  log: Log,
  stop: AbortSignal,
): Promise<void> {
  const store = reopeningStore(() => openStore(config))
  // While the store is away the files stay as they are.
  const loggingTrouble = logTrouble(log)
  const loop = new Loop(lookInterval, () => loggingTrouble(async () => keeper.look(await store.get())))
  await loop.turn()
  const fields = { folder: path, menus: keeper.menus }
  const status = () => `keeping ${keeper.menus} menus in ${path}`
  await whileUp({ log, fields, status, alive: () => loop.alive() }, (changed) => loop.run(stop, changed))
  await store.close()
}
