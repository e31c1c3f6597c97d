// The operator's own lines of a network, judged by named-checkzone(1) when they are given.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError, sentence } from '../../error.ts'
import { hasProgram } from '../../host/run.ts'
import { withScratch } from '../../host/scratch.ts'
import { checkZone } from '../../host/service/named.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import { hasUnderscores, renderZone, type Zone, zoneFile, zoneOrigin } from '../../render/named.ts'
import type { Store } from '../../store/store.ts'
import { getCluster, loadInventory } from '../inventory.ts'
import { zonesOf } from './dns-zones.ts'

/**
 * What is wrong with the zones that have lines of the network, which makedns will refuse or warn of. Nothing
 * where named-checkzone is not installed.
 */
export async function includeWarnings(store: Store, network: string): Promise<string[]> {
  if (!(await hasProgram('named-checkzone'))) return []
  const cluster = await getCluster(store)
  const zones = zonesOf(await loadInventory(store), { warnings: [], failures: [] })
  const own = zones.filter(({ includes }) => includes.some((one) => one.network === network))
  return await withScratch(async (dir) => {
    return (await Promise.all(own.map((zone) => whatIsWrong(zone, cluster, dir)))).flat()
  })
}

async function whatIsWrong(zone: Zone, cluster: Cluster, dir: string): Promise<string[]> {
  const { templates } = paths(cluster)
  const [name, text] = [zoneFile(zone.name), renderZone(zone, 1, templates)]
  const file = join(dir, name)
  await writeFile(file, text)
  const path = join(cluster.named_zone_dir ?? '', name)
  const draft = { path, file, origin: zoneOrigin(zone, text, templates) }
  try {
    return await checkZone({ ...draft, name: zone.name, underscores: hasUnderscores(zone) })
  } catch (error) {
    if (error instanceof LunaError) return [`makedns will refuse this: ${sentence(error)}`]
    throw error
  }
}
