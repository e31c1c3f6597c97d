// Whether named serves the zones as they are in its files.
import { Resolver } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readText } from '../../host/file.ts'
import { hasZones, namedConfiguration } from '../../host/service/named.ts'
import { serialOf, zoneFile } from '../../render/named.ts'
import { zonesOf } from '../generate/dns-zones.ts'
import { newNotes } from '../outcome.ts'
import { type Check, fine, firstOf, type Verdict, wrong } from './check.ts'

/** A zone: its serial number in the file, and the one that is served, or why none is. */
export interface ServedZone {
  readonly name: string
  readonly written: number | undefined
  readonly served: number | string
}

export const zoneCheck: Check = {
  name: 'name server',
  async run({ cluster, all, config, active }) {
    const { named_include_file: list, named_zone_dir: dir, frontend_address: address } = cluster
    if (!list || !dir || !existsSync(list)) return fine('not asked: DNS is not made here')
    if (!address || !active) return fine('asked on the active head only')
    const zones = zonesOf(all, newNotes()).map(async ({ name }): Promise<ServedZone> => {
      const text = await readText(join(dir, zoneFile(name)))
      return { name, written: serialOf(text ?? ''), served: await serialAt(address, name) }
    })
    // Not everybody may read it.
    const configuration = await namedConfiguration().catch(() => undefined)
    const included = configuration === undefined || hasZones(configuration)
    return judgeZones(address, config.services.named, await Promise.all(zones), included)
  },
}

/** The serial number of a zone at a name server, or why there is none. */
async function serialAt(address: string, zone: string): Promise<number | string> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers([address.includes(':') ? `[${address}]` : address])
  return await resolver.resolveSoa(zone).then(
    ({ serial }) => serial,
    (cause: unknown) => (cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)),
  )
}

/** What is asked at `address`, of the service `named`, whose configuration has the zones where `included`. */
export function judgeZones(
  address: string,
  named: string,
  zones: readonly ServedZone[],
  included = true,
): Verdict {
  const without = zones.flatMap(({ name, served }) =>
    typeof served === 'string' ? [`${name} (${served})`] : [],
  )
  if (without.length > 0)
    return wrong(
      `named at ${address} does not serve ${firstOf(without)}`,
      included ? 'luna cluster makedns' : 'luna setup --dns y',
    )
  const old = zones.filter(({ written, served }) => written !== undefined && written !== served)
  if (old.length > 0) {
    const lines = old.map((zone) => `${zone.name} with serial ${zone.served}, the file has ${zone.written}`)
    return wrong(`named at ${address} serves ${firstOf(lines)}`, `systemctl reload ${named}`)
  }
  return fine(`named at ${address} serves ${zones.length} zone${zones.length === 1 ? '' : 's'}`)
}
