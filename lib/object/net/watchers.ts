// Who sees the page and the metrics: the heads, and the networks that a site names for that.
import type { Cluster } from '../cluster.ts'
import type { Prefix } from './address.ts'
import { headPrefixes, isServed, parseNetwork } from './served.ts'

/** Loopback, the heads, and the networks of `ui_from`. */
export function watcherPrefixes(
  cluster: Parameters<typeof headPrefixes>[0] & Pick<Cluster, 'ui_from'>,
): Prefix[] {
  const named = (cluster.ui_from ?? '').split(',')
  return [...headPrefixes(cluster), ...named.flatMap((text) => parseNetwork(text.trim()) ?? [])]
}

export function mayWatch(address: string, cluster: Parameters<typeof watcherPrefixes>[0]): boolean {
  return isServed(address, watcherPrefixes(cluster))
}
