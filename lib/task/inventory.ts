// All objects of the cluster, for operations that have to look at every one.
import type { Inventory } from '../object/net/address-use.ts'
import type { Store } from '../store/store.ts'

export async function loadInventory(store: Store): Promise<Inventory> {
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
