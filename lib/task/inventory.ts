// All objects at once, for what has to see the whole cluster.
import type { Everything } from '../object/net/address-use.ts'
import type { Store } from '../store/store.ts'

export async function fetchEverything(store: Store): Promise<Everything> {
  return {
    cluster: await store.list('cluster'),
    osimage: await store.list('osimage'),
    bmcsetup: await store.list('bmcsetup'),
    network: await store.list('network'),
    group: await store.list('group'),
    node: await store.list('node'),
    switch: await store.list('switch'),
    otherdev: await store.list('otherdev'),
  }
}
