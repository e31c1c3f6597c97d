// Hosts of Grendel, as `grendel host show` prints them and `grendel host import` takes them (its README and
// API description, github.com/ubccr/grendel): a list of hosts with `interfaces` (ifname, ip, mac, bmc) and
// `bonds`. The first interface that is no BMC is our BOOTIF; the MAC addresses of the others boot, too.
import { readDocuments } from '../documents.ts'
import type { Entry } from '../entry.ts'
import { type Found, foundIn, madeNode, mapOf, withoutLength } from './made.ts'

/** The nodes of a list of hosts. Throws LunaError `invalid` for what is no JSON. */
export function readGrendel(text: string, source: string): Entry[] {
  return readDocuments(text, source).map((host) => {
    const all = [...listOf(host, 'interfaces'), ...listOf(host, 'bonds')]
    const [bmcs, others] = [all.filter(isBmc), all.filter((one) => !isBmc(one))]
    const [boot, ...more] = others
    const also = more.map(({ value, path }) => foundIn(value, path, 'mac')).filter((one) => one !== undefined)
    const [first] = also
    const named = more.flatMap(({ value, path }): [string, Found][] => {
      const [ip, name] = [withoutLength(foundIn(value, path, 'ip')), mapOf(value).ifname]
      return ip && typeof name === 'string' && name !== '' ? [[name, ip]] : []
    })
    const at = (name: string, one: Found | undefined): [string, Found][] => {
      const ip = one && withoutLength(foundIn(one.value, one.path, 'ip'))
      return ip ? [[name, ip]] : []
    }
    return madeNode((path) => host.place(...path), {
      name: { value: host.fields.name, path: ['name'] },
      fields: {
        mac: boot && foundIn(boot.value, boot.path, 'mac'),
        also: first && { ...first, value: also.map(({ value }) => value) },
      },
      interfaces: [...at('BOOTIF', boot), ...named, ...at('BMC', bmcs[0])],
    })
  })
}

function listOf({ fields }: Entry, name: string): Found[] {
  const list: unknown = fields[name]
  return Array.isArray(list) ? list.map((value: unknown, at) => ({ value, path: [name, at] })) : []
}

function isBmc({ value }: Found): boolean {
  return String(mapOf(value).bmc) === 'true'
}
