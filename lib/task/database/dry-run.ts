// Renders all that Luna generates, for everybody, without writing any of it: what could not be, or comes out
// otherwise than in the first Luna.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { LunaError, sentence } from '../../error.ts'
import { label } from '../../object/check/defect.ts'
import type { Cluster } from '../../object/cluster.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import { reverseZone } from '../../object/net/reverse.ts'
import { prefixOf } from '../../object/network.ts'
import { renderZone } from '../../render/named.ts'
import type { Store } from '../../store/store.ts'
import { makeDhcp } from '../generate/dhcp.ts'
import { makeDns } from '../generate/dns.ts'
import { requireDirectory } from '../generate/dns-place.ts'
import { zonesOf } from '../generate/dns-zones.ts'
import { formerTemplates, siteTemplates } from '../generate/generate.ts'
import { makeNginx } from '../generate/nginx.ts'
import { getCluster } from '../get-cluster.ts'
import { loadInventory } from '../inventory.ts'
import { newNotes, type Outcome } from '../outcome.ts'
import { dryRunNodes } from './dry-run-nodes.ts'

export interface Difference {
  readonly in: 'dhcp' | 'dns' | 'nginx' | 'menu' | 'boot' | 'install' | 'templates' | 'files'
  /** One line for people. */
  readonly line: string
  /** Somebody misses something by it; else it is only good to know. */
  readonly lost: boolean
}

/** All differences; nothing is changed, neither in the store nor on this machine. */
export async function dryRunAll(
  store: Store,
  host: Pick<Config, 'paths' | 'services'>,
): Promise<Difference[]> {
  const cluster = await getCluster(store)
  const all = await loadInventory(store)
  const dryRun = true
  return [
    ...ownTemplates(cluster),
    ...(await tried('dhcp', () => makeDhcp(store, host, { dryRun }))),
    ...(await zones(store, host, cluster, all)),
    ...sharedZones(all),
    ...(await tried('nginx', () => makeNginx(store, host, { dryRun }))),
    ...(await dryRunNodes(store, all)),
    ...imageFiles(cluster, all),
  ]
}

async function tried(where: Difference['in'], make: () => Promise<Outcome>): Promise<Difference[]> {
  try {
    const { warnings, failures } = await make()
    return [...warnings, ...failures.map(sentence)].map((line) => ({ in: where, line, lost: true }))
  } catch (error) {
    if (!(error instanceof LunaError) || error.code === 'unavailable') throw error
    return [{ in: where, line: sentence(error), lost: true }]
  }
}

/**
 * The zones themselves, and whether they can be put where they belong: the former do not wait for the latter.
 */
async function zones(
  store: Store,
  host: Pick<Config, 'services'>,
  cluster: Cluster,
  all: Inventory,
): Promise<Difference[]> {
  const found = await tried('dns', async () => {
    const notes = newNotes()
    for (const zone of zonesOf(all, notes)) renderZone(zone, 1, siteTemplates(cluster))
    return notes
  })
  const known = new Set(found.map(({ line }) => line))
  const absent = await tried('dns', () => directoryNotes(cluster.named_zone_dir ?? ''))
  const placed = await tried('dns', () => makeDns(store, host, { dryRun: true }))
  const harmless = new Set(absent.map(({ line }) => line))
  const more = placed.filter(({ line }) => !known.has(line))
  return [...found, ...more.map((each) => ({ ...each, lost: !harmless.has(each.line) }))]
}

/**
 * A database may be looked at where named is not installed yet: that is worth a line, and no trouble of the
 * database.
 */
async function directoryNotes(dir: string): Promise<Outcome> {
  await requireDirectory(dir)
  return newNotes()
}

/** The first Luna's templates are in another language. */
function ownTemplates(cluster: Cluster): Difference[] {
  const line = formerTemplates(cluster)
  return line ? [{ in: 'templates', line, lost: false }] : []
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

/** What nodes fetch must be there. */
function imageFiles(cluster: Cluster, { osimage }: Inventory): Difference[] {
  const path = cluster.path ?? '/opt/luna'
  if (!existsSync(path)) {
    const line = `there is no ${path} on this machine: boot files and torrents were not looked for`
    return [{ in: 'files', line, lost: false }]
  }
  return osimage.flatMap(({ name, kernfile, initrdfile, torrent, tarball }) => {
    const files = [
      ...[kernfile, initrdfile].filter(Boolean).map((file) => join('boot', String(file))),
      ...(torrent ? [join('torrents', `${torrent}.torrent`)] : []),
      ...(tarball ? [join('torrents', `${tarball}.tgz`)] : []),
    ]
    const missing = files.filter((file) => !existsSync(join(path, file)))
    const line = `${label('osimage', name)}: ${missing.join(', ')} not in ${path} (luna osimage pack ${name})`
    return missing.length === 0 ? [] : [{ in: 'files' as const, line, lost: true }]
  })
}
