// What the lives of all daemons have in common: they wait for a cluster, become its user, and leave a pid file while they run.
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import { backgroundVariable, sayFirstWord } from '../host/daemon/control.ts'
import {
  becomeUser,
  getUser,
  removePidFile,
  standBy,
  systemd,
  usualPidFile,
  writePidFile,
} from '../host/daemon/daemon.ts'
import { makeDirectory } from '../host/file.ts'
import type { Owner } from '../host/user.ts'
import { daemonLog, fileLog, type Log } from '../log.ts'
import type { Cluster } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { getCluster } from '../task/get-cluster.ts'

export interface Daemon {
  readonly name: string
  /** The field of the cluster that holds its pid file; absent: it is always at the usual place. */
  readonly pidFile?: 'lweb_pidfile' | 'torrent_pidfile'
}

/** Where a daemon works, once it does. */
export interface DaemonContext {
  readonly cluster: Cluster
  readonly log: Log
  /** The file that `log` writes to; null: standard error. */
  readonly logFile: string | null
}

/** The pid file of a daemon, as the cluster has it. */
export function pidFileOf({ name, pidFile }: Daemon, cluster?: Cluster): string {
  return (pidFile && cluster?.[pidFile]) || usualPidFile(name)
}

/**
 * Waits for a cluster that nodes can reach, becomes its user with directories for the pid file, the log and `files`, and
 * works. Comes back early when `stop` is aborted before. Throws LunaError when it cannot begin.
 */
export async function runDaemon(
  daemon: Daemon,
  config: Config,
  stop: AbortSignal,
  files: (cluster: Cluster) => readonly string[],
  work: (place: DaemonContext) => Promise<void>,
): Promise<void> {
  const background = process.env[backgroundVariable] !== undefined
  const cluster = await waitForCluster(daemon, config, background ? undefined : daemonLog(), stop)
  if (!cluster) return
  const pidfile = pidFileOf(daemon, cluster)
  const logFile = background ? join(process.env.LUNA_LOGDIR || '/var/log/luna', `${daemon.name}.log`) : null
  await dropPrivileges(cluster, [pidfile, ...(logFile ? [logFile] : []), ...files(cluster)])
  await writePidFile(pidfile, daemon.name)
  try {
    await work({ cluster, logFile, log: logFile ? fileLog(logFile) : daemonLog() })
  } finally {
    await removePidFile(pidfile)
  }
}

const retryEvery = 5000

/** Says what it waits for, and can be stopped by its pid file meanwhile. Undefined when told to stop. */
async function waitForCluster(
  daemon: Daemon,
  config: Config,
  log: Log | undefined,
  stop: AbortSignal,
): Promise<Cluster | undefined> {
  let said = ''
  let standDown: (() => Promise<void>) | undefined
  try {
    while (!stop.aborted) {
      const { cluster, missing } = await readCluster(config)
      if (cluster && !missing) return cluster
      standDown ??= await standBy(pidFileOf(daemon, cluster), daemon.name)
      if (missing !== said) log?.warning('waiting', { for: missing })
      if (said === '') await notifyReady(`waiting: ${missing}`)
      said = missing
      await delay(retryEvery, undefined, { signal: stop }).catch(() => {})
    }
    return undefined
  } finally {
    await standDown?.()
  }
}

/** Tells systemd, or the command that started this, that the daemon is up, and what it does. */
export async function notifyReady(up: string): Promise<void> {
  sayFirstWord({ up })
  await systemd().ready(up)
}

/** The cluster, and the sentence that says what is missing. */
async function readCluster(config: Config): Promise<{ cluster?: Cluster; missing: string }> {
  try {
    const store = await openStore(config)
    try {
      const cluster = await getCluster(store)
      const missing = cluster.frontend_address
        ? ''
        : 'the cluster has no frontend address (luna cluster change --frontend_address ADDRESS)'
      return { cluster, missing }
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof LunaError) return { missing: sentence(error) }
    throw error
  }
}

/** Becomes the cluster's user, with a place for the files that will be written. */
async function dropPrivileges({ user }: Cluster, files: readonly string[]): Promise<void> {
  const name = user || 'luna'
  const root = process.getuid?.() === 0
  const self: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const owner = root ? await getUser(name) : self
  for (const file of files) await makeDirectory(dirname(file), owner)
  if (root) await becomeUser(name, owner)
}
