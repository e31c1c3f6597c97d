// How a switch is asked by SNMP: what its settings must be, and where it is.
import { LunaError } from '../../error.ts'
import type { SnmpAccess } from '../../host/snmp/session.ts'
import { addressIn, type Network } from '../../object/network.ts'
import type { Switch } from '../../object/switch.ts'

const settings = [
  'read',
  'rw',
  'oid',
  'version',
  'user',
  'auth_protocol',
  'auth_key',
  'priv_protocol',
  'priv_key',
] as const

/** The settings of a switch that have to do with SNMP. */
export type Snmp = { readonly [F in (typeof settings)[number]]?: Switch[F] }

const only3 = ['user', 'auth_protocol', 'auth_key', 'priv_protocol', 'priv_key'] as const

/**
 * Throws LunaError `invalid` unless the settings of a switch, some of them just `given`,
 * are complete and fit together.
 */
export function checkSnmpUser(snmp: Snmp, given: Snmp): void {
  if (snmp.version !== '3') {
    const idle = only3.find((name) => given[name])
    if (idle === undefined) return
    throw new LunaError('invalid', `"${idle}" is for SNMPv3 only`, { fix: 'add --version 3' })
  }
  const lacking = lackingFor3(snmp)
  if (lacking === undefined) return
  throw new LunaError('invalid', `SNMPv3 needs ${lacking}`, {
    fix: '--user USER, and for safety --auth-protocol sha256 --auth-key KEY --priv-protocol aes --priv-key KEY',
  })
}

function lackingFor3({ user, auth_protocol, auth_key, priv_protocol, priv_key }: Snmp): string | undefined {
  if (!user) return 'a user'
  if (!auth_protocol !== !auth_key) return 'both authentication protocol and key, or none of them'
  if (!priv_protocol !== !priv_key) return 'both privacy protocol and key, or none of them'
  return priv_key && !auth_key ? 'authentication where there is privacy' : undefined
}

/** How to ask the switch; undefined while it has no address, or its network is gone. */
export function accessOf(one: Switch, network: Network | undefined): SnmpAccess | undefined {
  const address = addressOf(one, network)
  if (address === undefined) return undefined
  if (one.version !== '3') return { address, version: '2c', community: one.read || 'public' }
  const { user, auth_protocol, auth_key, priv_protocol, priv_key } = one
  return {
    ...{ address, version: '3', user: user ?? '' },
    ...(auth_protocol && auth_key && { auth: { protocol: auth_protocol, key: auth_key } }),
    ...(priv_protocol && priv_key && { priv: { protocol: priv_protocol, key: priv_key } }),
  }
}

function addressOf(one: Switch, network: Network | undefined): string | undefined {
  return network && one.ip !== null ? addressIn(network, one.ip) : undefined
}
