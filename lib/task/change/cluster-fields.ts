// A change of the cluster as typed: the checks of its values that need neither the store nor this machine.
import { resolve } from 'node:path'
import { LunaError } from '../../error.ts'
import type { Cluster, clusterFields } from '../../object/cluster.ts'
import type { Typed } from '../../object/field.ts'
import { checkValues } from '../../object/given/value.ts'
import { nameObjection } from '../../object/name.ts'
import { parseIp } from '../../object/net/address.ts'
import { parseNetwork } from '../../object/net/served.ts'
import type { Change } from '../../object/objects.ts'

export type ClusterChange = Typed<typeof clusterFields>

/** The change as it is stored: '' becomes null. Throws LunaError `invalid` for what cannot be. */
export function readChange(wish: ClusterChange): Change<'cluster'> {
  // A path may be given relative to where the command runs.
  checkValues('cluster', { ...wish, ...(wish.path && { path: resolve(wish.path) }) })
  const pairs = Object.entries(wish).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, readValue(name as keyof ClusterChange, value)]),
  )
}

function readValue(name: keyof ClusterChange, value: string | number | boolean) {
  if (typeof value !== 'string') return value
  if (value === '' && (name === 'user' || name === 'path')) throw wrong(name, value, 'it cannot be empty')
  if (name === 'boot_networks' || name === 'ui_from') return readNetworks(name, value)
  return name === 'cluster_ips' ? readAddresses(value) : value || null
}

function readNetworks(name: keyof ClusterChange, text: string): string | null {
  const networks = text.split(',').map((one) => one.trim())
  if (text.trim() === '') return null
  const bad = networks.find((one) => parseNetwork(one) === undefined)
  if (bad === undefined) return networks.join(',')
  throw wrong(name, text, `${JSON.stringify(bad)} is not the base address of a network with /LENGTH`)
}

/** Throws LunaError `invalid` when automatic names of nodes would be no host names. */
export function checkPrefix({ nodeprefix, nodedigits }: Pick<Cluster, 'nodeprefix' | 'nodedigits'>): void {
  const why = nameObjection('node', (nodeprefix ?? '') + '1'.padStart(nodedigits, '0'))
  if (why !== undefined) throw wrong('nodeprefix', nodeprefix ?? '', `with ${nodedigits} digits, ${why}`)
}

/** Judges what depends on each other in the cluster as the wish makes it. */
export function checkTogether(cluster: Cluster, wish: ClusterChange, warnings: string[]): void {
  if (wish.nodeprefix !== undefined || wish.nodedigits !== undefined) checkPrefix(cluster)
  const given = (...names: (keyof ClusterChange)[]) => names.some((name) => wish[name] !== undefined)
  const { torrent_listen_port_min: lowest, torrent_listen_port_max: highest } = cluster
  if (given('torrent_listen_port_min', 'torrent_listen_port_max') && lowest > highest)
    warnings.push(`there is no port from torrent_listen_port_min (${lowest}) to _max (${highest})`)
  const { tracker_interval: usual, tracker_min_interval: least } = cluster
  if (given('tracker_interval', 'tracker_min_interval') && least > usual)
    warnings.push(`tracker_min_interval (${least}) is longer than tracker_interval (${usual})`)
  const { frontend_port, server_port } = cluster
  if (given('frontend_port', 'server_port') && frontend_port === server_port)
    warnings.push(`nginx and lweb cannot both listen on port ${server_port}`)
}

function readAddresses(text: string): string | null {
  const addresses = text.split(',').map((one) => one.trim())
  if (text.trim() === '') return null
  const bad = addresses.find((one) => parseIp(one)?.version !== 4)
  if (bad === undefined) return addresses.join(',')
  throw wrong('cluster_ips', text, `${JSON.stringify(bad)} is not an IPv4 address`)
}

function wrong(name: keyof ClusterChange, value: string, why: string): LunaError {
  return new LunaError('invalid', `${name} cannot be ${JSON.stringify(value)}`, {
    why,
    fix: 'see what it takes: luna cluster change --help',
  })
}
