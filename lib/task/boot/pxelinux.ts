// What machines that read PXELINUX menus find by TFTP: a file per known MAC address, with what lweb would answer.
import { LunaError, sentence } from '../../error.ts'
import { type Cluster, frontendUrl } from '../../object/cluster.ts'
import type { Id } from '../../object/field.ts'
import { type Group, networksUsed } from '../../object/group.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { Network } from '../../object/network.ts'
import type { Node } from '../../object/node.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { scriptOf } from './boot.ts'
import type { BootFacts } from './node-facts.ts'

export interface PxelinuxMenus {
  /** Texts by file name. */
  readonly files: ReadonlyMap<string, string>
  /** Names of nodes that have an address but no menu, and why. */
  readonly refused: ReadonlyMap<string, string>
}

/**
 * The menu of every node with a known MAC address, as `step=discovery&type=syslinux` answers for it; no status changes. The
 * number of reads does not depend on the number of nodes. Throws LunaError `not-found` before there is a cluster.
 */
export async function pxelinuxMenus(store: Store): Promise<PxelinuxMenus> {
  const site = await readSite(store)
  const url = frontendUrl(site.cluster)
  const files = new Map<string, string>()
  const refused = new Map<string, string>()
  for (const [id, mac] of await store.macs()) {
    const node = site.nodes.get(id)
    if (!node) continue
    try {
      files.set(menuName(mac), scriptOf(factsOf(site, node, mac), 'syslinux', url))
    } catch (error) {
      if (!(error instanceof LunaError)) throw error
      refused.set(node.name, sentence(error))
    }
  }
  return { files, refused }
}

/** The name that PXELINUX asks for: ARP hardware type 1 (Ethernet) and the address, with hyphens. */
export function menuName(mac: Mac): string {
  return `01-${mac.replaceAll(':', '-')}`
}

/** All that menus are made of. */
interface Site {
  readonly cluster: Cluster
  readonly nodes: ReadonlyMap<Id, Node>
  readonly groups: ReadonlyMap<Id, Group>
  readonly images: ReadonlyMap<Id, Osimage>
  readonly networks: ReadonlyMap<Id, Network>
}

async function readSite(store: Store): Promise<Site> {
  return {
    cluster: await getCluster(store),
    nodes: byId(await store.list('node')),
    groups: byId(await store.list('group')),
    images: byId(await store.list('osimage')),
    networks: byId(await store.list('network')),
  }
}

function byId<T extends { readonly id: Id }>(objects: readonly T[]): Map<Id, T> {
  return new Map(objects.map((object) => [object.id, object]))
}

function factsOf(site: Site, node: Node, mac: Mac): BootFacts {
  const group = part(site.groups, node.group, 'group', `node "${node.name}"`)
  const image = part(site.images, group.osimage, 'osimage', `group "${group.name}"`)
  const used = networksUsed(group).flatMap((id) => site.networks.get(id) ?? [])
  return { cluster: site.cluster, node, mac, group, image, networks: byId(used) }
}

function part<T>(all: ReadonlyMap<Id, T>, id: Id | null, what: string, of: string): T {
  const found = id === null ? undefined : all.get(id)
  if (found) return found
  throw new LunaError('failed', `the ${what} of ${of} is missing`, { fix: 'luna cluster check' })
}
