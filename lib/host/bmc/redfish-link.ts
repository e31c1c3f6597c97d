// Links of a Redfish service: they lead to resources of the same controller, and nowhere else.

import { LunaError } from '../../error.ts'
import type { Bmc } from './bmc.ts'
import { overIpmi } from './bmc-error.ts'
import { originOf } from './redfish-http.ts'

/**
 * The path that a link leads to, with its query (pages of a collection have one): `@odata.id`, or Location
 * relative to the path that was asked for (RFC 9110 section 10.2.2). Throws LunaError `failed` for a link to
 * another host, port or scheme, or out of /redfish/v1.
 */
export function linkIn(bmc: Bmc, link: string, from = '/'): string {
  const path = pathIn(bmc, link, from)
  if (path !== undefined) return path
  throw new LunaError('failed', "the BMC's Redfish leads elsewhere", {
    why: link.replace(/[^\x20-\x7e]/g, '?').slice(0, 100),
    fix: overIpmi,
  })
}

/** As `linkIn`; undefined for a link to elsewhere. */
export function pathIn(bmc: Bmc, link: string, from = '/'): string | undefined {
  const origin = originOf(bmc)
  const url = URL.parse(link, `${origin}${from}`)
  if (!url || url.origin !== origin) return undefined
  return /^\/redfish\/v1(\/|$)/.test(url.pathname) ? url.pathname + url.search : undefined
}
