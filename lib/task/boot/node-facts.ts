// Everything that decides what a node boots and installs.
import { LunaError } from '../../error.ts'
import type { Cluster } from '../../object/cluster.ts'
import type { Id } from '../../object/field.ts'
import type { Group } from '../../object/group.ts'
import type { Version } from '../../object/net/address.ts'
import type { Mac } from '../../object/net/mac.ts'
import { addressAt, type Network } from '../../object/network.ts'
import { hostName, type SteadyNode } from '../../object/node.ts'
import type { Osimage } from '../../object/osimage.ts'
import { networksOf } from '../find.ts'
import type { BootCache } from './cache.ts'

export interface NodeFacts {
  readonly cluster: Cluster
  readonly node: SteadyNode
  readonly group: Group
  readonly image: Osimage
  /** The networks that the group refers to, without those that are gone. */
  readonly networks: ReadonlyMap<Id, Network>
}

/** The facts of a boot script: with the MAC address of the node, where it is known. */
export interface BootFacts extends NodeFacts {
  readonly mac: Mac | undefined
}

/** Fetches the facts of a node. Throws LunaError `failed` when the node is without group or image. */
export async function bootFacts(shared: BootCache, node: SteadyNode): Promise<NodeFacts> {
  const [cluster, group] = await Promise.all([
    shared.cluster(),
    part(shared, 'group', node.group, `node "${node.name}"`),
  ])
  const [image, networks] = await Promise.all([
    part(shared, 'osimage', group.osimage, `group "${group.name}"`),
    shared.once(`networks of ${group.id}`, () => networksOf(shared.find, group)),
  ])
  return { cluster, node, group, image, networks }
}

async function part<K extends 'group' | 'osimage'>(shared: BootCache, kind: K, id: Id | null, of: string) {
  const found = id === null ? undefined : await shared.find(kind, id)
  if (found) return found
  throw new LunaError('failed', `the ${kind} of ${of} is missing`, { fix: 'luna cluster check' })
}

/** NAME[.DOMAIN] of a node. */
export function hostname({ node, group, networks }: Pick<NodeFacts, 'node' | 'group' | 'networks'>): string {
  return hostName(node, group.domain === null ? undefined : networks.get(group.domain))
}

/**
 * The address of a node on the interface with that key, or null when it has none of that IP version there.
 */
export function addressOf(
  { node, group, networks }: Pick<NodeFacts, 'node' | 'group' | 'networks'>,
  key: string,
  version: Version,
): { readonly address: string; readonly prefix: number } | null {
  const id = group.interfaces[key]?.network[version] ?? null
  const network = id === null ? undefined : networks.get(id)
  const offset = node.interfaces[key]?.[version] ?? null
  if (!network || offset === null) return null
  return { address: addressAt(network, offset), prefix: network.PREFIX }
}
