// Patience with a store: it may come up later, and so may the cluster in it.
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import { systemd } from '../host/daemon.ts'
import { sayFirstWord } from '../host/daemon-control.ts'
import type { Log } from '../log.ts'
import type { Cluster } from '../object/cluster.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { getCluster } from '../task/general.ts'

const retryEvery = 5000

/** The cluster, once there is one; undefined when told to stop before. Says what it waits for. */
export async function waitForCluster(
  config: Config,
  log: Log,
  stop: AbortSignal,
): Promise<Cluster | undefined> {
  let said = ''
  while (!stop.aborted) {
    const found = await readCluster(config)
    if (typeof found !== 'string') return found
    if (found !== said) log.warning('waiting', { for: found })
    if (said === '') {
      sayFirstWord({ up: `waiting: ${found}` })
      await systemd().ready(`waiting: ${found}`)
    }
    said = found
    await delay(retryEvery, undefined, { signal: stop }).catch(() => {})
  }
  return undefined
}

/** The cluster, or the sentence that says why there is nothing to seed yet. */
async function readCluster(config: Config): Promise<Cluster | string> {
  const store = new PatientStore(config)
  try {
    const cluster = await getCluster(await store.get())
    if (cluster.frontend_address) return cluster
    return 'the cluster has no frontend address (luna cluster change --frontend_address ADDRESS)'
  } catch (error) {
    if (error instanceof LunaError) return sentence(error)
    throw error
  } finally {
    await store.close()
  }
}

/** A store that is opened when it can be. */
export class PatientStore {
  readonly #config: Config
  #open: Store | undefined

  constructor(config: Config) {
    this.#config = config
  }

  async get(): Promise<Store> {
    this.#open ??= await openStore(this.#config)
    return this.#open
  }

  async close(): Promise<void> {
    await this.#open?.close()
  }
}
