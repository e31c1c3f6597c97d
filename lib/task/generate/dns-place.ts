// Where zone files go, and whether named serves what is in them.
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { LunaError } from '../../error.ts'
import {
  mayServe,
  namedConfiguration,
  namedConfigurationFile,
  namedDirectory,
} from '../../host/service/named.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import { type Zone, zoneFile } from '../../render/named.ts'
import type { Notes } from '../outcome.ts'
import type { DnsPlace } from './dns-files.ts'

/** Where the files of named go. Throws LunaError `invalid` where the cluster does not say so. */
export function placeOf(cluster: Cluster): DnsPlace {
  const list = requirePath(cluster, 'named_include_file')
  const dir = requirePath(cluster, 'named_zone_dir')
  return { list, dir, templates: paths(cluster).templates }
}

function requirePath(cluster: Cluster, field: 'named_include_file' | 'named_zone_dir'): string {
  const path = cluster[field]
  if (path && isAbsolute(path)) return path
  throw new LunaError('invalid', `the cluster's ${field} is ${path ? `not absolute: ${path}` : 'not set'}`, {
    fix: `luna cluster change --${field} PATH`,
  })
}

/** Throws LunaError `failed` where there is no directory for zone files. */
export async function requireDirectory(dir: string): Promise<void> {
  if (existsSync(dir)) return
  const own = namedDirectory((await namedConfiguration()) ?? '')
  throw new LunaError('failed', `there is no directory ${dir} for zone files`, {
    fix: own
      ? `use that of named: luna cluster change --named_zone_dir ${own}`
      : `install named, or make ${dir}`,
  })
}

/** True when named is configured to serve the zones, and says that it does not know one of them. */
export async function lacksZones(zones: readonly Zone[]): Promise<boolean> {
  const [first] = zones
  return (
    first !== undefined &&
    includes(await namedConfiguration(), first) &&
    !(await Promise.all(zones.map(({ name }) => mayServe(name)))).every(Boolean)
  )
}

/** Says when named, as it is configured here, will not serve the zones. */
export async function warnUnused(
  { list, dir }: DnsPlace,
  zones: readonly Zone[],
  notes: Notes,
): Promise<void> {
  const configuration = await namedConfiguration()
  const [first] = zones
  if (configuration === undefined || !first) return
  if (!includes(configuration, first)) {
    notes.warnings.push(
      `named does not serve the zones yet: add  include "${list}";  to ${namedConfigurationFile()}, and give the command again`,
    )
    return
  }
  const own = namedDirectory(configuration)
  if (own !== undefined && own !== dir)
    notes.warnings.push(`named looks for zone files in ${own}: luna cluster change --named_zone_dir ${own}`)
}

function includes(configuration: string | undefined, { name }: Zone): boolean {
  return configuration?.includes(`"${zoneFile(name)}"`) ?? false
}
