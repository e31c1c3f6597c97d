// Which zones the networks of a cluster make, and what is in them. Values only.
import { LunaError } from '../../error.ts'
import type { Id } from '../../object/field.ts'
import type { HostName } from '../../object/host-names.ts'
import { hostNames } from '../../object/host-names.ts'
import { bitsOf, formatIp, type Ip } from '../../object/net/address.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import { classlessZone, ptrName, reverseZone } from '../../object/net/reverse.ts'
import { type Network, prefixOf, prefixText } from '../../object/network.ts'
import { isZoneName } from '../../render/escape-named.ts'
import { type DnsRecord, type Zone, type ZoneInclude, zoneFile } from '../../render/named.ts'
import type { Notes } from '../outcome.ts'

interface Draft {
  readonly name: string
  readonly ns: string
  readonly records: Map<string, DnsRecord>
  readonly includes: ZoneInclude[]
}

/**
 * The forward zone of every network, then the reverse zones, classless ones (RFC 2317) beside those of whole
 * octets. Networks whose reverse zone is the same share it. A name or address that is there already keeps
 * what it had, with a warning; a network that can have no zone is a failure, the others are done. Throws
 * LunaError `invalid` where there is no network at all.
 */
export function zonesOf(all: Inventory, notes: Notes): Zone[] {
  if (all.network.length === 0)
    throw new LunaError('invalid', 'there is no network: nothing to make zones of', {
      fix: 'luna network add --name NAME --network ADDRESS --prefix LENGTH',
    })
  const forward = new Map<string, Draft>()
  const reverse = new Map<string, Draft>()
  const classless = new Map<string, Draft>()
  const usable = all.network.filter((network) => isUsable(network, forward, notes))
  for (const network of usable) addReverseZone(network, reverse, notes)
  for (const network of usable) {
    const hosts = namesIn(network, all, notes)
    fillForward(network, hosts, forward)
    fillReverse(network, hosts, reverse, notes)
    fillClassless(network, hosts, classless)
  }
  const backward = [...sorted(reverse), ...sorted(classless)]
  const drafts = [...sorted(forward), ...backward.filter(({ name }) => !forward.has(name))]
  return drafts.map((draft) => ({ ...draft, records: [...draft.records.values()] }))
}

/** Makes the forward zone of a network unless something is wrong with it. */
function isUsable(network: Network, zones: Map<string, Draft>, notes: Notes): boolean {
  const { name, ns_hostname } = network
  const wrong = whatIsWrong(network, zones)
  if (wrong) {
    notes.failures.push(
      new LunaError('invalid', `network ${JSON.stringify(name)} has no DNS zone`, {
        why: wrong.why,
        fix: wrong.fix,
      }),
    )
    return false
  }
  const includes = includeOf(network, 'include')
  const ns = `${ns_hostname}.${name}.`
  zones.set(name.toLowerCase(), { name, ns, records: new Map(), includes })
  return true
}

function whatIsWrong(network: Network, zones: ReadonlyMap<string, Draft>) {
  const { name, ns_hostname, ns_ip } = network
  if (!isZoneName(name))
    return { why: 'its name cannot be that of a zone', fix: 'luna network rename NAME --newname OTHER' }
  if (zones.has(name.toLowerCase()))
    return {
      why: 'another network has the same name, if upper and lower case are the same',
      fix: `luna network rename ${name} --newname OTHER`,
    }
  if (!isZoneName(`${ns_hostname ?? ''}.${name}`))
    return {
      why: 'its name server has no usable host name',
      fix: `luna network change ${name} --ns_hostname HOST`,
    }
  if (ns_ip === null || toIp(network, ns_ip) === undefined)
    return { why: 'its name server has no address in it', fix: `luna network change ${name} --ns_ip ADDRESS` }
  return undefined
}

function addReverseZone(network: Network, zones: Map<string, Draft>, notes: Notes): void {
  const name = reverseZone(prefixOf(network))
  if (name === undefined) {
    notes.warnings.push(`network ${network.name} is too large for a reverse zone: ${prefixText(network)}`)
    return
  }
  const zone: Draft = zones.get(name) ?? {
    name,
    ns: `${network.ns_hostname}.${network.name}.`,
    records: new Map(),
    includes: [],
  }
  zones.set(name, zone)
  zone.includes.push(...includeOf(network, 'rev_include'))
}

function includeOf(network: Network, field: ZoneInclude['field']): ZoneInclude[] {
  const text = network[field] ?? ''
  return text.trim() === '' ? [] : [{ text, network: network.name, field }]
}

/**
 * The names of a network that can be in its zone, each once; but the addresses of interfaces of one node
 * whose names differ only in case are all under what is one name in DNS (RFC 4343).
 */
function namesIn(network: Network, all: Inventory, notes: Notes): HostName[] {
  const seen = new Map<string, Id | undefined>()
  return hostNames(network, all).filter(({ name, offset, node }) => {
    const where = `network ${network.name}: ${JSON.stringify(name)}`
    const key = name.toLowerCase()
    const again = seen.has(key) && (node === undefined || seen.get(key) !== node)
    if (!isZoneName(`${name}.${network.name}`))
      notes.warnings.push(`${where} cannot be a name in DNS: left out`)
    else if (again) notes.warnings.push(`${where} is there already: only the first one is in DNS`)
    else if (!toIp(network, offset))
      notes.warnings.push(`${where} has an address outside the network: left out`)
    else return seen.set(key, node)
    return false
  })
}

function fillForward(network: Network, hosts: readonly HostName[], zones: ReadonlyMap<string, Draft>): void {
  const records = zones.get(network.name.toLowerCase())?.records
  const type = network.version === 6 ? 'AAAA' : 'A'
  for (const { name, offset } of [{ name: '@', offset: network.ns_ip ?? 0n }, ...hosts]) {
    const ip = toIp(network, offset)
    if (ip) records?.set(name, { owner: name, type, value: formatIp(ip.version, ip.value) })
  }
}

/** An address belongs to the smallest zone that covers it, which hides what a larger one says of it. */
function fillReverse(
  network: Network,
  hosts: readonly HostName[],
  zones: ReadonlyMap<string, Draft>,
  notes: Notes,
): void {
  for (const { name, offset } of hosts) {
    const ip = toIp(network, offset)
    const labels = ip ? ptrName(ip).split('.') : []
    const cut = labels.findIndex((_, at) => zones.has(labels.slice(at).join('.')))
    const zone = zones.get(labels.slice(cut).join('.'))
    if (!ip || cut < 1 || !zone || reverseZone(prefixOf(network)) === undefined) continue
    const owner = labels.slice(0, cut).join('.')
    const value = `${name}.${network.name}.`
    const there = zone.records.get(owner)
    if (there)
      notes.warnings.push(
        `${formatIp(ip.version, ip.value)} is ${there.value} and ${value} the first one is in DNS`,
      )
    else zone.records.set(owner, { owner, type: 'PTR', value })
  }
}

/**
 * What the owner of the /24 has CNAME records to: the same names once more, below a label of their choice.
 */
function fillClassless(network: Network, hosts: readonly HostName[], zones: Map<string, Draft>): void {
  const name = classlessZone(prefixOf(network), network.classless ?? '')
  if (name === undefined) return
  const ns = `${network.ns_hostname}.${network.name}.`
  const zone = zones.get(zoneFile(name)) ?? { name, ns, records: new Map(), includes: [] }
  zones.set(zoneFile(name), zone)
  for (const { name: host, offset } of hosts) {
    const ip = toIp(network, offset)
    const [owner = ''] = ip ? ptrName(ip).split('.') : []
    const record: DnsRecord = { owner, type: 'PTR', value: `${host}.${network.name}.` }
    if (ip && !zone.records.has(owner)) zone.records.set(owner, record)
  }
}

function toIp(network: Network, offset: bigint): Ip | undefined {
  const { version, base, length } = prefixOf(network)
  const inside = offset >= 0n && offset < 1n << BigInt(bitsOf(version) - length)
  return inside ? { version, value: base + offset } : undefined
}

function sorted(zones: ReadonlyMap<string, Draft>): Draft[] {
  return [...zones.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
