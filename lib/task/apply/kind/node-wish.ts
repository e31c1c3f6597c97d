// What a file says of a node, read as far as that goes without the store.
import type { Entry } from '../../../format/entry.ts'
import { shownValue } from '../../../object/given/value.ts'
import { type Ip, parseIp } from '../../../object/net/address.ts'
import { type Mac, macObjection, readMac } from '../../../object/net/mac.ts'
import type { Faults } from '../faults.ts'
import { type GivenFields, readFields, readMap, textOf } from '../read.ts'

/** An address that a node is to have, and where the file says so. */
export interface WishedAddress {
  readonly interface: string
  readonly ip: Ip
  readonly text: string
  readonly path: readonly (string | number)[]
}

/** What is not given is left as it is; a new node has the defaults, and the next free addresses. */
export interface NodeWish {
  readonly entry: Entry
  readonly name: string
  /** Plain fields; group and switch by name, '' for none. */
  readonly fields: GivenFields
  /** null takes the MAC address off the node. */
  readonly mac?: Mac | null
  /** Those of its boot cards beside that. */
  readonly also?: readonly Mac[]
  readonly addresses: readonly WishedAddress[]
}

const own = ['mac', 'also', 'interfaces']

/** The nodes of a file. Nodes that have no group get `group`. Faults are noted, and their nodes left out. */
export function readNodes(entries: readonly Entry[], group: string | undefined, faults: Faults): NodeWish[] {
  const places = new Map<string, Entry>()
  return entries.flatMap((entry) => {
    const { name, ...fields } = readFields('node', entry, own, faults)
    if (typeof name !== 'string' || name === '') {
      faults.add(entry, ['name'], { what: 'a node without a name', fix: 'give it one in the field name' })
      return []
    }
    const other = places.get(name)
    if (other) {
      const why = `it is at ${other.place('name')}, too`
      faults.add(entry, ['name'], { what: `node ${name} is there twice`, why, fix: 'leave one of them' })
      return []
    }
    places.set(name, entry)
    const [mac] = readMacs(entry, 'mac', faults) ?? []
    const also = readMacs(entry, 'also', faults)
    return [
      {
        entry,
        name,
        fields: { ...(group !== undefined && !fields.group && { group }), ...withoutGroup(fields) },
        ...(entry.fields.mac !== undefined && { mac: mac ?? null }),
        ...(also && { also }),
        addresses: readAddresses(entry, faults),
      },
    ]
  })
}

/** A group that is left empty is not given. */
function withoutGroup(fields: GivenFields): GivenFields {
  const { group, ...rest } = fields
  return group ? fields : rest
}

/** The MAC addresses of a field: a list, or texts with blanks or commas between them; one of `mac`. */
function readMacs(entry: Entry, field: 'mac' | 'also', faults: Faults): Mac[] | undefined {
  const given = entry.fields[field]
  if (given === undefined) return undefined
  const parts: readonly unknown[] = Array.isArray(given) ? given : [given]
  const texts = parts.flatMap((part) => {
    const text = textOf(part)
    return field === 'also' ? (text?.split(/[\s,]+/) ?? [part]) : [text?.trim() ?? part]
  })
  return texts.flatMap((text) => {
    if (text === '') return []
    const mac = typeof text === 'string' ? readMac(text) : undefined
    const why = mac ? macObjection(mac) : 'it is not a MAC address'
    if (mac && why === undefined) return [mac]
    const fix = 'write that of the interface that it boots from, like 52:54:00:00:00:01'
    faults.add(entry, [field], { what: `${field} cannot be ${shownValue(undefined, text)}`, why, fix })
    return []
  })
}

function readAddresses(entry: Entry, faults: Faults): WishedAddress[] {
  const { interfaces } = entry.fields
  if (interfaces === undefined) return []
  const all = Object.entries(readMap(entry, ['interfaces'], interfaces, faults) ?? {})
  return all.flatMap(([name, value]) => {
    const addresses = addressesAt(entry, name, value, faults)
    const versions = addresses.map(({ ip }) => ip.version)
    const twice = addresses.find(({ ip }, at) => versions.indexOf(ip.version) < at)
    if (!twice) return addresses
    const why = `an interface has one IPv${twice.ip.version} address, and this is another one`
    faults.add(entry, twice.path, {
      what: `${name} cannot have ${twice.text}, too`,
      why,
      fix: 'leave one of them',
    })
    return []
  })
}

/** `10.30.0.1`, two addresses with a blank between them, or a map of ipv4 and ipv6. */
function addressesAt(entry: Entry, name: string, value: unknown, faults: Faults): WishedAddress[] {
  const path = ['interfaces', name]
  const parts: [path: string[], value: unknown][] =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([key, one]: [string, unknown]) => [[...path, key], one])
      : [[path, value]]
  return parts.flatMap(([at, part]) => {
    const texts = textOf(part)?.split(/\s+/) ?? [shownValue(undefined, part)]
    return texts.flatMap((text) => {
      if (text === '') return []
      const ip = parseIp(text)
      const key = at[2]
      if (ip && (key === undefined || key === `ipv${ip.version}`))
        return [{ interface: name, ip, text, path: at }]
      const why = ip ? `it is an IPv${ip.version} address` : 'it is no address'
      const fix = 'write it like 10.30.0.1 or fd00:30::1'
      faults.add(entry, at, {
        what: `${at.slice(1).join(' ')} cannot be ${shownValue(undefined, text)}`,
        why,
        fix,
      })
      return []
    })
  })
}
