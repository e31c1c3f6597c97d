// The life of lfs_pxelinux: waits for a cluster, becomes its user, keeps the files until it is told to stop.
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { type Daemon, notifyReady, runDaemon } from '../daemon/run.ts'
import { systemd } from '../host/daemon/daemon.ts'
import { MenuFolder } from '../host/menu-folder.ts'
import type { Log } from '../log.ts'
import { MenuLoop, readDefault } from './loop.ts'

export const pxelinux: Daemon = { name: 'lfs_pxelinux' }

export interface Wish {
  /** What `default` shall hold; absent: that file is none of our business. */
  readonly defaultFile?: string
  readonly stop: AbortSignal
}

/** Keeps the files until `stop` is aborted. Throws LunaError when it cannot begin. */
export async function keepMenus(config: Config, { defaultFile, stop }: Wish): Promise<void> {
  if (defaultFile !== undefined) await readDefault(defaultFile)
  const path = join(config.paths.tftp_root, 'pxelinux.cfg')
  await runDaemon(
    pxelinux,
    config,
    stop,
    () => [join(path, 'default')],
    async ({ log }) => {
      const folder = new MenuFolder(path)
      await folder.open()
      await keepUntil(new MenuLoop(config, folder, log, defaultFile), path, log, stop)
    },
  )
}

async function keepUntil(loop: MenuLoop, path: string, log: Log, stop: AbortSignal): Promise<void> {
  const menus = await loop.look()
  log.info('up', { folder: path, menus })
  const up = `keeping ${menus} menus in ${path}`
  await notifyReady(up)
  const unwatch = systemd().watch(() => loop.alive())
  await loop.go(stop)
  unwatch()
  log.info('stopping')
}
