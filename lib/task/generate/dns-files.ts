// The zone files of all networks, and the file that makes named serve them.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { type DesiredFile, readText } from '../../host/file.ts'
import { checkNamed, namedOwner } from '../../host/service/named.ts'
import type { Owner } from '../../host/user.ts'
import type { Origin } from '../../object/origin.ts'
import {
  hasUnderscores,
  nextSerial,
  renderZone,
  renderZoneList,
  serialOf,
  type Zone,
  zoneFile,
  zoneListOrigin,
  zoneOrigin,
} from '../../render/named.ts'
import type { Notes } from '../outcome.ts'

/** Where they go, and where the site's templates are. */
export interface DnsPlace {
  readonly list: string
  readonly dir: string
  readonly templates: string
}

/** A file of named, and what its lines come from. */
interface DnsFile {
  readonly file: DesiredFile
  readonly origin: Origin
}

export interface DnsFiles {
  readonly list: DnsFile
  readonly zones: readonly (DnsFile & { readonly zone: Zone })[]
  /** Zone files of networks that are no more. */
  readonly gone: readonly DesiredFile[]
}

/** Renders all of them. A zone in which nothing changed keeps its serial number. */
export async function dnsFiles(
  { list, dir, templates }: DnsPlace,
  zones: readonly Zone[],
  now: Date,
  notes: Notes,
): Promise<DnsFiles> {
  const account = await namedOwner()
  if (!account) notes.warnings.push('this machine has no user "named" or "bind": the files belong to root')
  const group: Owner | undefined = account && { uid: 0, gid: account.gid }
  const made: DnsFiles['zones'][number][] = []
  for (const zone of zones) {
    const path = join(dir, zoneFile(zone.name))
    const text = await withSerial(path, zone, now, templates)
    made.push({ file: desired(path, text, account), origin: zoneOrigin(zone, text, templates), zone })
  }
  const kept = new Set(made.map(({ file }) => file.path))
  const there = globSync('*.luna.zone', { cwd: dir }).map((name) => join(dir, name))
  return {
    list: {
      file: desired(list, renderZoneList(zones, templates), group),
      origin: zoneListOrigin(templates),
    },
    zones: made,
    gone: there.filter((path) => !kept.has(path)).map((path) => ({ path, content: null, mode: 0 })),
  }
}

/** Has named judge the drafts, and gives its warnings. Throws LunaError `failed`. */
export async function checkDnsFiles(files: DnsFiles, draftOf: (path: string) => string): Promise<string[]> {
  const draft = ({ file, origin }: DnsFile) => ({ path: file.path, file: draftOf(file.path), origin })
  const zones = files.zones.map((each) => {
    return { ...draft(each), name: each.zone.name, underscores: hasUnderscores(each.zone) }
  })
  return await checkNamed(draft(files.list), zones)
}

function desired(path: string, content: string, owner: Owner | undefined): DesiredFile {
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
