// The addresses of a node when it moves to another group, and when it is given a certain one.
import { LunaError } from '../../error.ts'
import type { NodeInterface } from '../../object/field.ts'
import { type Group, interfaceKey } from '../../object/group.ts'
import { parseIp } from '../../object/net/address.ts'
import { heldBy, interfacesWith, keepAddresses, noAddress, slotsOf } from '../../object/net/slot.ts'
import type { Node } from '../../object/node.ts'
import { checkHostNames, domainOf } from '../claim-names.ts'
import type { Numbered } from '../numbered.ts'
import type { Notes } from '../outcome.ts'
import { exhausted, reassignAddress, releaseAll, takeAll } from './assign-address.ts'
import type { Pool } from './pool.ts'

type Interfaces = Readonly<Record<string, NodeInterface>>

/**
 * The interfaces of a node after a move: addresses in the same network are kept, others are taken by number,
 * or from what is free. An interface for which nothing is left has no address, which is noted as a failure.
 * To the same group it keeps everything and gets what it lacks. Throws LunaError `refused` when no machine of
 * its name can be in the domain of the group.
 */
export async function moveNode(
  pool: Pool,
  node: Node,
  from: Group | undefined,
  to: Group,
  notes: Notes,
  numbered: Numbered,
): Promise<Interfaces> {
  checkHostNames([node.name], await domainOf(pool.store, to))
  const slots = slotsOf(to)
  await pool.load(slots.map(({ network }) => network))
  await releaseAll(pool, node, from)
  const kept = keepAddresses(from ? heldBy(node, from) : [], slots).filter(({ network, offset }) =>
    pool.reserve(network, offset),
  )
  const keptAt = new Set(kept.map(({ key, version }) => `${key} ${version}`))
  const rest = slots.filter(({ key, version }) => !keptAt.has(`${key} ${version}`))
  const { held, lacking } = takeAll(pool, rest, { group: to, node: node.name, numbered })
  for (const { network } of lacking)
    notes.failures.push(exhausted(pool.network(network), to.name, [node.name]))
  return { ...withoutAddress(node, to), ...interfacesWith([...kept, ...held]) }
}

/** Interfaces that the node has already and that need no address. */
function withoutAddress(node: Node, group: Group): Interfaces {
  const keys = Object.keys(node.interfaces).filter((key) => group.interfaces[key])
  return Object.fromEntries(keys.map((key) => [key, noAddress]))
}

/**
 * The interfaces of a node that gets that address on that interface, in place of the one of the same IP
 * version. `failed` when there is no such interface or network, or the address lies outside or is not free:
 * nothing is taken then.
 */
export async function readdress(
  pool: Pool,
  node: Node,
  group: Group | undefined,
  name: string,
  address: string,
): Promise<Interfaces> {
  const ip = parseIp(address)
  if (!ip)
    throw new LunaError('invalid', `${JSON.stringify(address)} is not an address`, {
      fix: 'write it like 10.30.0.1 or fd00:30::1',
    })
  const key = group && interfaceKey(group, name)
  const id = key === undefined ? undefined : group?.interfaces[key]?.network[ip.version]
  if (id) await pool.load([id])
  const network = id && pool.network(id)
  if (!network || key === undefined) throw nowhere(node, name, ip.version)
  const old = node.interfaces[key]?.[ip.version] ?? null
  const offset = await reassignAddress(pool, network, address, old)
  return { ...node.interfaces, [key]: { ...noAddress, ...node.interfaces[key], [ip.version]: offset } }
}

function nowhere(node: Node, name: string, version: number): LunaError {
  return new LunaError('failed', `${node.name} has no interface "${name}" with an IPv${version} network`, {
    fix: 'look at the interfaces: luna group list',
  })
}
