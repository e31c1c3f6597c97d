// Where zone files go, and whether named looks there.
import { existsSync } from 'node:fs'
import { LunaError } from '../../error.ts'
import { namedConfiguration } from '../../host/service/named.ts'
import { type Zone, zoneFile } from '../../render/named.ts'
import type { Notes } from '../outcome.ts'

/** Throws LunaError `failed` where there is no directory for zone files. */
export async function requireDirectory(dir: string): Promise<void> {
  if (existsSync(dir)) return
  const own = directoryOf(await namedConfiguration())
  throw new LunaError('failed', `there is no directory ${dir} for zone files`, {
    fix: own
      ? `use that of named: luna cluster change --named_zone_dir ${own}`
      : `install named, or make ${dir}`,
  })
}

/** Where named looks for zone files. */
function directoryOf(configuration: string | undefined): string | undefined {
  return /^\s*directory "([^"]*)";/m.exec(configuration ?? '')?.[1]
}

/** Says when named, as it is configured here, will not serve the zones. */
export async function warnUnused(dir: string, zones: readonly Zone[], notes: Notes): Promise<void> {
  const text = await namedConfiguration()
  const first = zones[0]
  if (text === undefined || !first) return
  if (!text.includes(`"${zoneFile(first.name)}"`)) {
    notes.warnings.push(
      'named does not serve the zones yet: its configuration does not include the file of zones',
    )
    return
  }
  const own = directoryOf(text)
  if (own !== undefined && own !== dir)
    notes.warnings.push(`named looks for zone files in ${own}: luna cluster change --named_zone_dir ${own}`)
}
