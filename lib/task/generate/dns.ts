// luna cluster makedns: zone files, and the file that makes named serve them.
import { globSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { type DesiredFile, readText } from '../../host/file.ts'
import { rsyncTo, runOn } from '../../host/remote.ts'
import { checkNamed, namedOwner } from '../../host/service/named.ts'
import { isActive, reloadOrStart } from '../../host/service/service.ts'
import type { Owner } from '../../host/user.ts'
import type { Cluster } from '../../object/cluster.ts'
import {
  hasUnderscores,
  nextSerial,
  renderZone,
  renderZoneList,
  serialOf,
  type Zone,
  zoneFile,
} from '../../render/named.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { findHeads } from '../heads.ts'
import { loadInventory } from '../inventory.ts'
import { attempt, type Notes, newNotes } from '../outcome.ts'
import { requireDirectory, warnUnused } from './dns-place.ts'
import { zonesOf } from './dns-zones.ts'
import { type Generated, generateFiles, siteTemplates } from './generate.ts'

/**
 * Writes the zones of all networks, removes those of networks that are gone, and has named read them: all of it or nothing. No network
 * at all, or no place for the files, is `invalid` or `failed`.
 */
export async function makeDns(
  store: Store,
  host: Pick<Config, 'services'>,
  wish: { readonly dryRun?: boolean } = {},
  now: Date = new Date(),
): Promise<Generated> {
  const cluster = await getCluster(store)
  const list = requirePath(cluster, 'named_include_file')
  const dir = requirePath(cluster, 'named_zone_dir')
  const all = await loadInventory(store)
  if (all.network.length === 0)
    throw new LunaError('invalid', 'there is no network: nothing to make zones of')
  await requireDirectory(dir)
  const notes = newNotes()
  const zones = zonesOf(all, notes)
  const files = await filesOf(cluster, list, dir, zones, now, notes)
  const steps = {
    check: (draftOf: (path: string) => string) => check(list, dir, zones, draftOf),
    activate: async (changed: readonly string[]) => {
      if (changed.length > 0 || !(await isActive(host.services.named)))
        await reloadOrStart(host.services.named)
    },
  }
  const made = await generateFiles(files, steps, wish.dryRun ?? false, notes)
  if (wish.dryRun) return made
  await warnUnused(dir, zones, notes)
  await tellOthers(cluster, host, list, dir, notes)
  return made
}

function requirePath(cluster: Cluster, field: 'named_include_file' | 'named_zone_dir'): string {
  const path = cluster[field]
  if (path && isAbsolute(path)) return path
  throw new LunaError('invalid', `the cluster's ${field} is ${path ? `not absolute: ${path}` : 'not set'}`, {
    fix: `luna cluster change --${field} PATH`,
  })
}

async function filesOf(
  cluster: Cluster,
  list: string,
  dir: string,
  zones: readonly Zone[],
  now: Date,
  notes: Notes,
): Promise<DesiredFile[]> {
  const account = await namedOwner()
  if (!account) notes.warnings.push('this machine has no user "named" or "bind": the files belong to root')
  const templates = siteTemplates(cluster)
  const group: Owner | undefined = account && { uid: 0, gid: account.gid }
  const files: DesiredFile[] = []
  for (const zone of zones) {
    const path = join(dir, zoneFile(zone.name))
    files.push(wanted(path, await withSerial(path, zone, now, templates), account))
  }
  const kept = new Set(files.map(({ path }) => path))
  for (const name of globSync('*.luna.zone', { cwd: dir })) {
    const path = join(dir, name)
    if (!kept.has(path)) files.push({ path, content: null, mode: 0 })
  }
  return [...files, wanted(list, renderZoneList(zones, templates), group)]
}

function wanted(path: string, content: string, owner: Owner | undefined): DesiredFile {
  // Without its own group named could only read what all may read.
  return owner ? { path, content, mode: 0o640, owner } : { path, content, mode: 0o644 }
}

/** The zone as it is where nothing in it changed, else with the next serial number. */
async function withSerial(path: string, zone: Zone, now: Date, templates: string): Promise<string> {
  const there = await readText(path)
  const before = there === undefined ? undefined : serialOf(there)
  const same = before === undefined ? undefined : renderZone(zone, before, templates)
  return same !== undefined && same === there ? same : renderZone(zone, nextSerial(before, now), templates)
}

async function check(
  list: string,
  dir: string,
  zones: readonly Zone[],
  draftOf: (path: string) => string,
): Promise<void> {
  const judged = zones.map((zone) => ({
    name: zone.name,
    file: draftOf(join(dir, zoneFile(zone.name))),
    underscores: hasUnderscores(zone),
  }))
  await checkNamed(draftOf(list), judged)
}

async function tellOthers(
  cluster: Cluster,
  host: Pick<Config, 'services'>,
  list: string,
  dir: string,
  notes: Notes,
): Promise<void> {
  const { others } = await findHeads(cluster)
  for (const head of others) {
    await attempt(notes, async () => {
      await rsyncTo(head, list)
      await rsyncTo(head, `${dir}/`, ['--include=*.luna.zone', '--exclude=*', '--delete'])
      await runOn(head, ['systemctl', 'reload', host.services.named])
    })
  }
}
