// A dry run of DNS.
import type { Config } from '../../config.ts'
import { label } from '../../object/check/defect.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import { reverseZone } from '../../object/net/reverse.ts'
import { prefixOf } from '../../object/network.ts'
import { renderZone } from '../../render/named.ts'
import type { Store } from '../../store/store.ts'
import { makeDns } from '../generate/dns.ts'
import { requireDirectory } from '../generate/dns-place.ts'
import { zonesOf } from '../generate/dns-zones.ts'
import { newNotes, type Outcome } from '../outcome.ts'
import { type Difference, tried } from './difference.ts'

/** All differences in DNS. */
export async function dryRunDns(
  store: Store,
  host: Pick<Config, 'services'>,
  cluster: Cluster,
  all: Inventory,
): Promise<Difference[]> {
  return [...(await zones(store, host, cluster, all)), ...sharedZones(all)]
}

/** The zones, and separately whether they can be put in place. */
async function zones(
  store: Store,
  host: Pick<Config, 'services'>,
  cluster: Cluster,
  all: Inventory,
): Promise<Difference[]> {
  const found = await tried('dns', async () => {
    const notes = newNotes()
    for (const zone of zonesOf(all, notes)) renderZone(zone, 1, paths(cluster).templates)
    return notes
  })
  const known = new Set(found.map(({ line }) => line))
  const absent = await tried('dns', () => directoryNotes(cluster.named_zone_dir ?? ''))
  const placed = await tried('dns', () => makeDns(store, host, { dryRun: true }))
  const harmless = new Set(absent.map(({ line }) => line))
  const more = placed.filter(({ line }) => !known.has(line))
  return [...found, ...more.map((each) => ({ ...each, lost: !harmless.has(each.line) }))]
}

/** Worth a line, but no trouble: a database may be looked at where named is not installed. */
async function directoryNotes(dir: string): Promise<Outcome> {
  await requireDirectory(dir)
  return newNotes()
}

/** The first Luna took the name server of any of them, another one from run to run. */
function sharedZones({ network }: Inventory): Difference[] {
  const zones = Map.groupBy(network, (each) => reverseZone(prefixOf(each)))
  return [...zones].flatMap(([zone, networks]): Difference[] => {
    const [first] = networks
    if (zone === undefined || !first || networks.length < 2) return []
    const names = networks.map(({ name }) => label('network', name)).join(', ')
    const line = `${names} share the zone ${zone}: its name server is that of ${first.name}`
    return [{ in: 'dns', line, lost: false }]
  })
}
