// The common life of all daemons: they wait for a cluster, become its user, keep a pid file, and inform
// systemd.
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
import { daemonLog, type Fields, fileLog, type Log } from '../log.ts'
import type { Cluster } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { isOfSystem } from '../task/image/tree.ts'
import { getCluster } from '../task/inventory.ts'

export interface Daemon {
  readonly name: string
  /** The field of the cluster that holds its pid file; absent: the pid file is always at the usual place. */
  readonly pidFile?: 'lweb_pidfile' | 'torrent_pidfile'
}

/** What a daemon works with. */
export interface DaemonContext {
  /** The cluster as it was when the daemon began. */
  readonly cluster: Cluster
  readonly log: Log
  /** The file that `log` writes to; null: standard error. */
  readonly logFile: string | null
}

export interface DaemonOptions {
  readonly daemon: Daemon
  readonly config: Config
  /** Aborted when the daemon shall end. */
  readonly stop: AbortSignal
  /** Files besides the pid file and the log whose directories the user of the cluster must own. */
  readonly files?: (cluster: Cluster) => readonly string[]
  /** The service itself; resolves after `stop` is aborted. */
  readonly work: (context: DaemonContext) => Promise<void>
}

/** The pid file of a daemon, as the cluster has it. */
export function pidFileOf({ name, pidFile }: Daemon, cluster?: Cluster): string {
  return (pidFile && cluster?.[pidFile]) || usualPidFile(name)
}

/**
 * The whole life of a daemon: waits for a cluster that nodes can reach, becomes the user of the cluster,
 * writes the pid file, works, and removes the pid file. Resolves early when `stop` is aborted before there is
 * a cluster. Throws LunaError when the daemon cannot begin.
 */
export async function runDaemon({ daemon, config, stop, files, work }: DaemonOptions): Promise<void> {
  const background = process.env[backgroundVariable] !== undefined
  const cluster = await waitForCluster(daemon, config, background ? undefined : daemonLog(), stop)
  if (!cluster) return
  const pidfile = pidFileOf(daemon, cluster)
  const logFile = background ? join(process.env.LUNA_LOGDIR || '/var/log/luna', `${daemon.name}.log`) : null
  const written = [pidfile, ...(logFile ? [logFile] : []), ...(files?.(cluster) ?? [])]
  await dropPrivileges(cluster, written)
  await writePidFile(pidfile, daemon.name)
  try {
    await work({ cluster, logFile, log: logFile ? fileLog(logFile) : daemonLog() })
  } finally {
    await removePidFile(pidfile)
  }
}

/** What a daemon tells of itself while it is up. */
export interface DaemonState {
  readonly log: Log
  /** Fields of the event `started`. */
  readonly fields: Fields
  /** What the daemon does now, in a few words. */
  status(): string
  /** False when the daemon has hung. */
  alive(): boolean
}

/**
 * Runs `work` as a daemon that is up: tells so to the log, systemd, and the command that started it, and
 * pings the watchdog. `work` calls `changed` when its status may have changed; systemd is told then.
 */
export async function whileUp(
  { log, fields, status, alive }: DaemonState,
  work: (changed: () => Promise<void>) => Promise<void>,
): Promise<void> {
  let told = status()
  log.info('started', fields)
  await notifyReady(told)
  const unwatch = systemd().watch(alive)
  const changed = async () => {
    if (status() === told) return
    told = status()
    await systemd().status(told)
  }
  await work(changed).finally(unwatch)
  log.info('stopping')
}

const retryInterval = 5000

/** Tells what is missing, and has a pid file meanwhile, for `stop`. Undefined when `stop` is aborted. */
async function waitForCluster(
  daemon: Daemon,
  config: Config,
  log: Log | undefined,
  stop: AbortSignal,
): Promise<Cluster | undefined> {
  let said = ''
  let removeStandBy: (() => Promise<void>) | undefined
  try {
    while (!stop.aborted) {
      const { cluster, missing } = await readCluster(config)
      if (cluster && !missing) return cluster
      removeStandBy ??= await standBy(pidFileOf(daemon, cluster), daemon.name)
      if (missing !== said) {
        log?.warning('waiting', { for: missing })
        await notifyReady(`waiting: ${missing}`)
      }
      said = missing
      await delay(retryInterval, undefined, { signal: stop }).catch(() => {})
    }
    return undefined
  } finally {
    await removeStandBy?.()
  }
}

/**
 * Tells systemd, and the command that started this daemon unless it was told before, what the daemon does.
 */
async function notifyReady(status: string): Promise<void> {
  sayFirstWord({ up: status })
  await systemd().ready(status)
}

/** The cluster, and what is missing before nodes can reach it; empty: nothing. */
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

/** Becomes the user of the cluster, after making directories of that user for the files. */
async function dropPrivileges({ user }: Cluster, files: readonly string[]): Promise<void> {
  const name = user || 'luna'
  const root = process.getuid?.() === 0
  const self: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const owner = root ? await getUser(name) : self
  // The cluster's user writes these fields, and root makes the directories.
  for (const file of files) if (!root || !isOfSystem(dirname(file))) await makeDirectory(dirname(file), owner)
  if (root) await becomeUser(name, owner)
}
