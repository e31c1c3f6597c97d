// A change of the cluster as typed: the checks of its values that need neither the store nor this machine.
import { LunaError } from '../../error.ts'
import { clusterFields } from '../../object/cluster.ts'
import type { Typed } from '../../object/field.ts'
import { hasControl, isHostLabel } from '../../object/name.ts'
import { parseIp } from '../../object/net/address.ts'
import type { Change } from '../../object/objects.ts'

export type ClusterChange = Typed<typeof clusterFields>

/** The change as it is stored: '' becomes null. Throws LunaError `invalid` for what cannot be. */
export function readChange(wish: ClusterChange): Change<'cluster'> {
  const pairs = Object.entries(wish).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, readValue(name as keyof ClusterChange, value)]),
  )
}

function readValue(name: keyof ClusterChange, value: string | number | boolean) {
  if (typeof value === 'number') checkNumber(name, value)
  if (typeof value !== 'string') return value
  if (value === '' && (name === 'user' || name === 'path')) throw wrong(name, value, 'it cannot be empty')
  if (name === 'comment') return value || null
  if (hasControl(value)) throw wrong(name, value, 'it has control characters')
  if (name === 'nodeprefix' && !isHostLabel(`${value}1`))
    throw wrong(name, value, 'node names are made of letters, digits and inner hyphens')
  if (name === 'cluster_ips') return readAddresses(value)
  return value || null
}

function checkNumber(name: keyof ClusterChange, value: number): void {
  const [lowest, highest] = clusterFields[name].limits ?? [0, Number.MAX_SAFE_INTEGER]
  if (Number.isInteger(value) && value >= lowest && value <= highest) return
  throw wrong(name, String(value), `it must be ${lowest} to ${highest}`)
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
