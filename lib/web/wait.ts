// Patience: there may be no store yet, no cluster in it, or no address that nodes could be told.
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import { standBy, systemd, usualPidFile } from '../host/daemon.ts'
import { sayFirstWord } from '../host/daemon-control.ts'
import type { Log } from '../log.ts'
import type { Cluster } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import { getCluster } from '../task/general.ts'

export const program = 'lweb'

const retryEvery = 5000

/**
 * The cluster, once there is one with a frontend address; undefined when told to stop before. Says what it waits for, and
 * can be stopped by its pid file meanwhile.
 */
export async function waitForCluster(
  config: Config,
  log: Log,
  stop: AbortSignal,
): Promise<Cluster | undefined> {
  let said = ''
  let standDown: (() => Promise<void>) | undefined
  try {
    while (!stop.aborted) {
      const { cluster, missing } = await readCluster(config)
      if (cluster && !missing) return cluster
      standDown ??= await standBy(cluster?.lweb_pidfile || usualPidFile(program), program)
      if (missing !== said) log.warning('waiting', { for: missing })
      if (said === '') await sayUp(`waiting: ${missing}`)
      said = missing
      await delay(retryEvery, undefined, { signal: stop }).catch(() => {})
    }
    return undefined
  } finally {
    await standDown?.()
  }
}

async function sayUp(up: string): Promise<void> {
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
