// The life of lfs_pxelinux: waits for a cluster, becomes its user, keeps the files until it is told to stop.
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { type Daemon, live, sayUp } from '../daemon/run.ts'
import { systemd } from '../host/daemon/daemon.ts'
import { MenuFolder } from '../host/menu-folder.ts'
import type { Log } from '../log.ts'
import { readDefault, Watch } from './loop.ts'

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
  await live(
    pxelinux,
    config,
    stop,
    () => [join(path, 'default')],
    async ({ log }) => {
      const folder = new MenuFolder(path)
      await folder.open()
      await keepUntil(new Watch(config, folder, log, defaultFile), path, log, stop)
    },
  )
}

async function keepUntil(watch: Watch, path: string, log: Log, stop: AbortSignal): Promise<void> {
  const menus = await watch.look()
  log.info('up', { folder: path, menus })
  const up = `keeping ${menus} menus in ${path}`
  await sayUp(up)
  const unwatch = systemd().watch(() => watch.alive())
  await watch.go(stop)
  unwatch()
  log.info('stopping')
}
