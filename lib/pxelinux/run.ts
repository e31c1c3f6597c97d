// The life of lfs_pxelinux: waits for a cluster, becomes its user, keeps the files until it is told to stop.
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import {
  becomeUser,
  getUser,
  ownDirectory,
  removePidFile,
  standBy,
  systemd,
  usualPidFile,
  writePidFile,
} from '../host/daemon.ts'
import { backgroundVariable, sayFirstWord } from '../host/daemon-control.ts'
import type { Owner } from '../host/user.ts'
import { daemonLog, fileLog, type Log } from '../log.ts'
import { openStore } from '../store/open.ts'
import { getCluster } from '../task/general.ts'
import { MenuFolder } from './folder.ts'
import { readDefault, Watch } from './watch.ts'

export const program = 'lfs_pxelinux'

export interface Wish {
  /** What `default` shall hold; absent: that file is none of our business. */
  readonly defaultFile?: string
  readonly stop: AbortSignal
}

/** Keeps the files until `stop` is aborted. Throws LunaError when it cannot begin. */
export async function keepMenus(config: Config, { defaultFile, stop }: Wish): Promise<void> {
  if (defaultFile !== undefined) await readDefault(defaultFile)
  const background = process.env[backgroundVariable] !== undefined
  const logFile = join(process.env.LUNA_LOGDIR || '/var/log/luna', `${program}.log`)
  const pidfile = usualPidFile(program)
  const leave = await standBy(pidfile, program)
  const user = await waitForUser(config, background ? undefined : daemonLog(), stop)
  await leave()
  if (user === undefined) return
  const path = join(config.paths.tftp_root, 'pxelinux.cfg')
  await settleIn(user, path, [pidfile, ...(background ? [logFile] : [])])
  await writePidFile(pidfile, program)
  try {
    const folder = new MenuFolder(path)
    await folder.open()
    const log = background ? fileLog(logFile) : daemonLog()
    await keepUntil(new Watch(config, folder, log, defaultFile), path, log, stop)
  } finally {
    await removePidFile(pidfile)
  }
}

async function keepUntil(watch: Watch, path: string, log: Log, stop: AbortSignal): Promise<void> {
  const menus = await watch.look()
  log.info('up', { folder: path, menus })
  const up = `keeping ${menus} menus in ${path}`
  sayFirstWord({ up })
  await systemd().ready(up)
  const unwatch = systemd().watch(() => watch.alive())
  await watch.go(stop)
  unwatch()
  log.info('stopping')
}

const retryEvery = 5000

/** The cluster's user, once there is a cluster; undefined when told to stop before. Says what it waits for. */
async function waitForUser(
  config: Config,
  log: Log | undefined,
  stop: AbortSignal,
): Promise<string | undefined> {
  let said = ''
  while (!stop.aborted) {
    const found = await readUser(config)
    if ('user' in found) return found.user
    if (found.missing !== said) log?.warning('waiting', { for: found.missing })
    if (said === '') {
      sayFirstWord({ up: `waiting: ${found.missing}` })
      await systemd().ready(`waiting: ${found.missing}`)
    }
    said = found.missing
    await delay(retryEvery, undefined, { signal: stop }).catch(() => {})
  }
  return undefined
}

async function readUser(config: Config): Promise<{ user: string } | { missing: string }> {
  try {
    const store = await openStore(config)
    try {
      return { user: (await getCluster(store)).user || 'luna' }
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof LunaError) return { missing: sentence(error) }
    throw error
  }
}

/** Becomes the cluster's user, with places of its own for what is written. */
async function settleIn(user: string, folder: string, files: readonly string[]): Promise<void> {
  const root = process.getuid?.() === 0
  const self: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const owner = root ? await getUser(user) : self
  await ownDirectory(dirname(folder), self)
  await ownDirectory(folder, owner)
  if (!root) return
  for (const file of files) await ownDirectory(dirname(file), owner)
  await becomeUser(user, owner)
}
