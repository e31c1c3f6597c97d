// Who gets the data of the page and the metrics. nginx goes by the same rule; this one also holds where a
// site's own template does not have it.
import { LunaError } from '../../error.ts'
import { mayWatch } from '../../object/net/watchers.ts'
import type { Store } from '../../store/store.ts'
import { recentCache } from '../../task/boot/cache.ts'

/** Throws LunaError `forbidden` for who is not let in. */
export async function admitWatcher(store: Store, address: string): Promise<void> {
  if (!mayWatch(address, await (await recentCache(store)).cluster())) throw notLetIn(address)
}

/** The same; without a store, only this machine is let in. */
export async function admitScraper(store: () => Promise<Store>, address: string): Promise<void> {
  try {
    await admitWatcher(await store(), address)
  } catch (error) {
    const away = error instanceof LunaError && error.code === 'unavailable'
    const here = mayWatch(address, {
      frontend_address: '',
      cluster_ips: null,
      boot_networks: null,
      ui_from: null,
    })
    if (!(away && here)) throw error
  }
}

function notLetIn(address: string): LunaError {
  return new LunaError('forbidden', `${address} is not let in to watch`, {
    why: 'the heads are, and networks that are named for that',
    fix: 'luna cluster change --ui_from NETWORKS; luna cluster makenginx',
  })
}
