// A dry run of everything that Luna generates: finds what cannot be rendered, or differs from the first Luna.
import type { Config } from '../../config.ts'
import type { Store } from '../../store/store.ts'
import { makeDhcp } from '../generate/dhcp.ts'
import { makeNginx } from '../generate/nginx.ts'
import { getCluster, loadInventory } from '../inventory.ts'
import { type Difference, tried } from './difference.ts'
import { dryRunDns } from './dry-run-dns.ts'
import { formerTemplateFiles, imageFiles } from './dry-run-files.ts'
import { dryRunNodes } from './dry-run-nodes.ts'

/** All differences; nothing is changed, neither in the store nor on this machine. */
export async function dryRunAll(
  store: Store,
  host: Pick<Config, 'paths' | 'services'>,
): Promise<Difference[]> {
  const cluster = await getCluster(store)
  const all = await loadInventory(store)
  const dryRun = true
  return [
    ...formerTemplateFiles(cluster),
    ...(await tried('dhcp', () => makeDhcp(store, host, { dryRun }))),
    ...(await dryRunDns(store, host, cluster, all)),
    ...(await tried('nginx', () => makeNginx(store, host, { dryRun }))),
    ...(await dryRunNodes(store, all)),
    ...imageFiles(cluster, all),
  ]
}
