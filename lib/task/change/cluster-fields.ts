// What may be said to change a cluster, and what is wrong with it before anything is looked at.
import { LunaError } from '../../error.ts'
import { hasControl, isHostLabel } from '../../object/name.ts'
import { parseIp } from '../../object/net/address.ts'
import type { Change } from '../../object/objects.ts'

/** Text, '' erasing it; numbers and flags as they are. Keys are the fields of the cluster. */
export interface ClusterChange {
  readonly nodeprefix?: string
  readonly nodedigits?: number
  readonly path?: string
  readonly user?: string
  readonly frontend_address?: string
  readonly frontend_port?: number
  readonly frontend_https?: boolean
  readonly server_port?: number
  readonly tracker_interval?: number
  readonly tracker_min_interval?: number
  readonly tracker_maxpeers?: number
  readonly torrent_listen_port_min?: number
  readonly torrent_listen_port_max?: number
  readonly torrent_pidfile?: string
  readonly lweb_num_proc?: number
  readonly lweb_pidfile?: string
  readonly cluster_ips?: string
  readonly named_include_file?: string
  readonly named_zone_dir?: string
  readonly comment?: string
}

/** The lowest and highest value of numbers. */
const limits: Readonly<Partial<Record<keyof ClusterChange, readonly [number, number]>>> = {
  nodedigits: [1, 15],
  frontend_port: [1, 65535],
  server_port: [0, 65535],
  torrent_listen_port_min: [1, 65535],
  torrent_listen_port_max: [1, 65535],
  tracker_interval: [1, 86400],
  tracker_min_interval: [1, 86400],
  tracker_maxpeers: [1, 100_000],
  lweb_num_proc: [0, 1024],
}

/** The change as it is stored: '' becomes null. Throws LunaError `invalid` with the exit status for what cannot be. */
export function readChange(wish: ClusterChange, exit: number): Change<'cluster'> {
  const pairs = Object.entries(wish).filter(([, value]) => value !== undefined)
  const read = pairs.map(([name, value]) => [name, readValue(name as keyof ClusterChange, value, exit)])
  return Object.fromEntries(read)
}

function readValue(name: keyof ClusterChange, value: string | number | boolean, exit: number) {
  if (typeof value === 'number') checkNumber(name, value, exit)
  if (typeof value !== 'string') return value
  if (value === '' && (name === 'user' || name === 'path'))
    throw wrong(name, value, 'it cannot be empty', exit)
  if (name === 'comment') return value || null
  if (hasControl(value)) throw wrong(name, value, 'it has control characters', exit)
  if (name === 'nodeprefix' && !isHostLabel(`${value}1`))
    throw wrong(name, value, 'node names are made of letters, digits and inner hyphens', exit)
  if (name === 'cluster_ips') return readAddresses(value, exit)
  return value || null
}

function checkNumber(name: keyof ClusterChange, value: number, exit: number): void {
  const [lowest, highest] = limits[name] ?? [0, Number.MAX_SAFE_INTEGER]
  if (Number.isInteger(value) && value >= lowest && value <= highest) return
  throw wrong(name, String(value), `it must be ${lowest} to ${highest}`, exit)
}

function readAddresses(text: string, exit: number): string | null {
  const addresses = text.split(',').map((one) => one.trim())
  if (text.trim() === '') return null
  const bad = addresses.find((one) => parseIp(one)?.version !== 4)
  if (bad === undefined) return addresses.join(',')
  throw wrong('cluster_ips', text, `${JSON.stringify(bad)} is not an IPv4 address`, exit)
}

function wrong(name: string, value: string, why: string, exit: number): LunaError {
  return new LunaError('invalid', `${name} cannot be ${JSON.stringify(value)}`, { why, exit })
}
