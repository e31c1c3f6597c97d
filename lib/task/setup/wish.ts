// What luna setup is to make: what the operator said, what the cluster has already, and what lies near.
import { LunaError } from '../../error.ts'
import type { LocalAddress } from '../../host/interfaces.ts'
import { hasZones } from '../../host/service/named.ts'
import {
  formatIp,
  formatPrefix,
  makePrefix,
  type Prefix,
  parseIp,
  toOffset,
} from '../../object/net/address.ts'
import { isUsable } from '../../object/net/freelist.ts'
import { prefixOf, prefixText } from '../../object/network.ts'
import type { Found } from './found.ts'
import { proposeRange } from './range.ts'

/** As typed, each of them. */
export interface Answers {
  /** An address of this machine, or an interface that has one. */
  readonly frontend?: string
  /** ADDRESS/PREFIX */
  readonly network?: string
  /** FIRST-LAST */
  readonly range?: string
  /** `y`, `yes`, `n` or `no` */
  readonly dns?: string
  readonly store?: string
}

export interface Wish {
  readonly frontend: LocalAddress
  readonly network: { readonly name: string; readonly prefix: Prefix; readonly isNew: boolean }
  /** Undefined: the cluster's, as it is. */
  readonly range: { readonly start: string; readonly end: string } | undefined
  readonly dns: boolean
}

/** All of it. Throws LunaError `usage` or `invalid` for what is missing or cannot be. */
export function readWish(found: Found, answers: Answers): Wish {
  checkStore(found, answers.store)
  const frontend = readFrontend(found, answers.frontend)
  const network = readNetwork(found, frontend, answers.network)
  const range = readRange(found, frontend, network.prefix, answers.range)
  return { frontend, network, range, dns: readYesNo(answers.dns) ?? wantsDns(found) }
}

/** Undefined where nothing is said. */
export function readYesNo(typed: string | undefined): boolean | undefined {
  if (!typed) return undefined
  if (/^(y|yes|n|no)$/i.test(typed)) return /^y/i.test(typed)
  throw new LunaError('invalid', `${JSON.stringify(typed)} says neither yes nor no`, { fix: 'write y or n' })
}

/** The address that nodes reach this head at, with its interface. */
export function readFrontend(
  { addresses, cluster }: Pick<Found, 'addresses' | 'cluster'>,
  typed: string | undefined,
): LocalAddress {
  const wanted = typed || cluster?.frontend_address
  if (!wanted)
    throw new LunaError('usage', 'nobody said at which address nodes reach this head', {
      fix: `give --frontend ADDRESS, or the interface that has it: ${listed(addresses)}`,
    })
  const here = addresses.find((one) => one.address === wanted || one.interface === wanted)
  if (here) return here
  throw new LunaError(
    'invalid',
    `${JSON.stringify(wanted)} is neither an address nor an interface with one`,
    {
      why: `this machine has ${listed(addresses)}`,
      fix: 'choose one of them, or give the address to an interface first (ip addr add)',
    },
  )
}

function listed(addresses: readonly LocalAddress[]): string {
  const all = addresses.map(({ interface: name, address, prefix }) => `${address}/${prefix} (${name})`)
  return all.join(', ') || 'no IPv4 address'
}

/** The network of the nodes: that of the cluster that has the address, else a new one. */
export function readNetwork(
  { networks }: Pick<Found, 'networks'>,
  { address, prefix: length }: LocalAddress,
  typed: string | undefined,
): Wish['network'] {
  const [base = address, bits = String(length)] = typed?.split('/') ?? []
  const ip = parseIp(base)
  const prefix = ip?.version === 4 && /^\d+$/.test(bits) ? makePrefix(ip, Number(bits)) : undefined
  const there = networks.find((one) => hasHost(prefixOf(one), address))
  if (there && (!typed || (prefix && formatPrefix(prefix) === prefixText(there))))
    return { name: there.name, prefix: prefixOf(there), isNew: false }
  if (there) throw otherNetwork(there.name, prefixText(there))
  if (prefix && hasHost(prefix, address)) {
    const taken = networks.find(({ name }) => name === networkName)
    if (taken) throw otherNetwork(taken.name, prefixText(taken))
    return { name: networkName, prefix, isNew: true }
  }
  throw new LunaError('invalid', `${base}/${bits} is no IPv4 network that has a host ${address}`, {
    fix: 'write the network of the nodes like 10.30.0.0/16: --network ADDRESS/PREFIX',
  })
}

const networkName = 'cluster'

function otherNetwork(name: string, prefix: string): LunaError {
  return new LunaError('invalid', `the cluster has another network "${name}" already, ${prefix}`, {
    fix: `leave --network out, or change that first: luna network change ${name}, or luna network rename`,
  })
}

function hasHost(prefix: Prefix, address: string): boolean {
  const ip = parseIp(address)
  const offset = ip && toOffset(prefix, ip)
  return offset !== undefined && isUsable(prefix, offset)
}

/** The first and last address for machines that are not known. */
export function readRange(
  { cluster }: Pick<Found, 'cluster'>,
  { address }: LocalAddress,
  prefix: Prefix,
  typed: string | undefined,
): Wish['range'] {
  if (!typed && cluster && cluster.dhcp_net !== null) return undefined
  const [start = '', end = '', ...rest] = (typed || proposeRange(prefix, address) || '').split('-')
  const [first, last] = [start.trim(), end.trim()].map((one) => parseIp(one))
  if (first?.version === 4 && last?.version === 4 && rest.length === 0 && first.value < last.value)
    return { start: formatIp(4, first.value), end: formatIp(4, last.value) }
  throw new LunaError('invalid', typed ? `${JSON.stringify(typed)} is no range` : 'there is no range yet', {
    fix: `give two addresses of ${formatPrefix(prefix)}: --range FIRST-LAST`,
  })
}

/** DNS by default: as it is on a head that serves nodes, else where a name server is installed. */
export function wantsDns({ cluster, named, units }: Pick<Found, 'cluster' | 'named' | 'units'>): boolean {
  const used = named !== undefined && hasZones(named.configuration)
  // Of a second head, and of data that comes from elsewhere, the range of the cluster says nothing.
  const serves = (cluster?.dhcp_net ?? null) !== null && units.get('lweb')?.enabled === true
  return used || (named !== undefined && !serves)
}

/** Refuses another store than the one that luna.conf says. */
export function checkStore({ database, stated, conf }: Found, typed: string | undefined): void {
  const now = database === undefined ? 'mongodb' : 'embedded'
  if (!typed || typed === now) return
  throw new LunaError('invalid', `the store is ${stated ? now : 'not named'} in ${conf.path}, not ${typed}`, {
    fix:
      typed === 'mongodb'
        ? `write [MongoDB] with its keys into ${conf.path} (man luna.conf), and give the command again`
        : `luna db export > FILE; write [Embedded] with path= into ${conf.path}; luna db import FILE`,
  })
}
