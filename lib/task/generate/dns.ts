// luna cluster makedns: zone files, and the file that makes named serve them.
import type { Config } from '../../config.ts'
import type { Steps } from '../../host/apply-files.ts'
import type { DesiredFile } from '../../host/file.ts'
import { isActive, reloadOrStart } from '../../host/service/service.ts'
import type { Store } from '../../store/store.ts'
import { getCluster, loadInventory } from '../inventory.ts'
import { newNotes } from '../outcome.ts'
import { checkDnsFiles, dnsFiles } from './dns-files.ts'
import { tellOthers } from './dns-heads.ts'
import { lacksZones, placeOf, requireDirectory, warnUnused } from './dns-place.ts'
import { zonesOf } from './dns-zones.ts'
import { type Generated, generateFiles, whileAlone } from './generate.ts'

export interface DnsWish {
  /** A file of named's own configuration that changes together with the zones: it includes their list. */
  readonly configuration?: DesiredFile
  readonly dryRun?: boolean
}

/**
 * Writes the zones of all networks, removes those of networks that are gone, and has named read them: all of
 * it or nothing on this machine. No network at all, or no place for the files, is `invalid` or `failed`.
 * Other heads that cannot be reached are failures.
 */
export async function makeDns(
  store: Store,
  { services }: Pick<Config, 'services'>,
  { configuration, dryRun = false }: DnsWish = {},
  now: Date = new Date(),
): Promise<Generated> {
  const { list } = placeOf(await getCluster(store))
  return await whileAlone(list, dryRun, async () => {
    const cluster = await getCluster(store)
    const place = placeOf(cluster)
    const all = await loadInventory(store)
    const notes = newNotes()
    const zones = zonesOf(all, notes)
    await requireDirectory(place.dir)
    const files = await dnsFiles(place, zones, now, notes)
    const steps: Steps = {
      async check(draftOf) {
        notes.warnings.push(...(await checkDnsFiles(files, draftOf)))
      },
      async activate(changed) {
        const fresh = changed.length === 0 && (await isActive(services.named)) && !(await lacksZones(zones))
        if (!fresh) await reloadOrStart(services.named)
      },
    }
    const zoneFiles = files.zones.map(({ file }) => file)
    const wanted = [...zoneFiles, ...files.gone, files.list.file, ...(configuration ? [configuration] : [])]
    const made = await generateFiles(wanted, steps, dryRun, notes)
    if (dryRun) return made
    await warnUnused(place, zones, notes)
    await tellOthers(cluster, services.named, place, notes)
    return made
  })
}
