// Zone files, and the file that makes named serve them.
import { type Origin, originIn } from '../object/origin.ts'
import { escapeNamed, escapeZone } from './escape-named.ts'
import { loadTemplate, renderTemplate, templateSource } from './template.ts'

export interface DnsRecord {
  /** Relative to the zone; `@` is the zone itself. */
  readonly owner: string
  readonly type: 'A' | 'AAAA' | 'PTR'
  readonly value: string
}

export interface Zone {
  /** Without the last dot. */
  readonly name: string
  /** Full name of the name server, with the last dot. */
  readonly ns: string
  readonly records: readonly DnsRecord[]
  /** The operator's own lines, network by network. */
  readonly includes: readonly ZoneInclude[]
}

/** Lines of an operator, and the network that has them. */
export interface ZoneInclude {
  readonly text: string
  readonly network: string
  readonly field: 'include' | 'rev_include'
}

/** The name of a zone's file. RFC 2317 has zones with a slash in their name. */
export function zoneFile(name: string): string {
  return `${name.replaceAll('/', '-')}.luna.zone`
}

/** The text of a zone file with that serial number. */
export function renderZone(zone: Zone, serial: number, siteDir?: string): string {
  const view = {
    ns: zone.ns,
    serial,
    records: zone.records.map((record) => ({ ...record })),
    include: joinIncludes(zone),
  }
  return renderTemplate(loadTemplate('zone.mustache', siteDir), view, escapeZone)
}

/** Each text begins on a line of its own, and below the zone even when the one before went elsewhere. */
function joinIncludes(zone: Zone): string {
  const origin = `$ORIGIN ${escapeZone(zone.name)}.`
  return zone.includes.reduce((before, { text }) => {
    if (before === '') return text.trimEnd()
    const back = /^\s*\$ORIGIN\b/im.test(before) ? [origin] : []
    return [before, ...back, text.trimEnd()].join('\n')
  }, '')
}

/** Where the lines of a zone file come from. */
export function zoneOrigin(zone: Zone, text: string, siteDir: string): Origin {
  const parts = zone.includes.map(({ text, network, field }) => ({
    text: text.trimEnd(),
    source: {
      name: `the ${field === 'include' ? 'include' : 'reverse include'} of network "${network}"`,
      fix: `luna network change ${network} --${field}`,
    },
  }))
  return originIn(text, parts, templateSource('zone.mustache', siteDir))
}

/** Where the lines of the file that named.conf includes come from. */
export function zoneListOrigin(siteDir: string): Origin {
  return () => templateSource('named.zones.mustache', siteDir)
}

/** The text of the file that named.conf includes. */
export function renderZoneList(zones: readonly Zone[], siteDir?: string): string {
  const view = {
    zones: zones.map((zone) => ({
      name: zone.name,
      file: zoneFile(zone.name),
      underscores: hasUnderscores(zone),
    })),
  }
  return renderTemplate(loadTemplate('named.zones.mustache', siteDir), view, escapeNamed)
}

/**
 * True when the zone has names that are no host names by RFC 1123, which named takes only when it is told to.
 */
export function hasUnderscores({ name, ns, records }: Zone): boolean {
  return [name, ns, ...records.flatMap(({ owner, value }) => [owner, value])].some((text) =>
    text.includes('_'),
  )
}

/** The serial number of a zone file that Luna wrote (or the first Luna did). */
export function serialOf(text: string): number | undefined {
  const serial = /\bSOA\s+\S+\s+\S+\s*\(\s*(\d{1,10})\b/.exec(text)?.[1]
  return serial === undefined ? undefined : Number(serial)
}

/**
 * The serial number after another one: YYYYMMDDnn of the day (UTC), or one more where that would not be
 * higher. So it grows whatever was there before (RFC 1982), and stays below 2^32.
 */
export function nextSerial(before: number | undefined, now: Date): number {
  const today = Number(now.toISOString().slice(0, 10).replaceAll('-', '')) * 100
  const next = before === undefined ? today : Math.max(today, before + 1)
  return next < 2 ** 32 ? next : 1
}
