// The nodes that are exported: those that are chosen, by names that other programs take.

import { compressHostlist } from '../../object/hostlist.ts'
import { isDnsName, nameObjection } from '../../object/name.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { ExportedInterface, ExportedNode } from '../../render/export/exported.ts'
import type { Store } from '../../store/store.ts'
import { chosenNodes, type NodeChoice } from '../choose/nodes.ts'
import type { Facts } from '../show/facts.ts'
import type { ListedNode } from '../show/nodes.ts'

export interface ExportedNodes {
  readonly nodes: readonly ExportedNode[]
  /** What is left out and why, a line each. */
  readonly warnings: readonly string[]
}

/** The nodes that are chosen, sorted by group and name. */
export async function exportedNodes(store: Store, choice: NodeChoice): Promise<ExportedNodes> {
  const chosen = await chosenNodes(store, choice)
  const domains = await domainsOf(store)
  const fit = chosen.filter(({ name }) => nameObjection('node', name) === undefined)
  const unfit = chosen.filter(({ name }) => nameObjection('node', name) !== undefined)
  return {
    nodes: fit.map((node) => exported(node, domains)),
    warnings: unfit.length === 0 ? [] : [leftOut(unfit.map(({ name }) => name))],
  }
}

function leftOut(names: readonly string[]): string {
  return `left out: ${JSON.stringify(compressHostlist(names))}: not the name of a host (luna node rename NAME --newname OTHER)`
}

/** The domain of each group that has one, by the group's name. */
async function domainsOf(store: Store): Promise<ReadonlyMap<string, string>> {
  const networks = new Map((await store.list('network')).map(({ id, name }) => [id, name]))
  return new Map(
    (await store.list('group')).flatMap(({ name, domain }) => {
      const zone = domain === null ? undefined : networks.get(domain)
      return zone !== undefined && isDnsName(zone) ? [[name, zone] as const] : []
    }),
  )
}

function exported(node: ListedNode, domains: ReadonlyMap<string, string>): ExportedNode {
  const { name, group, osimage: image } = node
  const interfaces = Object.entries(node.interfaces).map(([iface, facts]) => {
    const { ipv4 = null, ipv6 = null } = (facts ?? {}) as Facts
    return { name: iface, ipv4: address(ipv4), ipv6: address(ipv6) }
  })
  const domain = group === null ? undefined : domains.get(group)
  return {
    name,
    host: domain === undefined ? name : `${name}.${domain}`,
    group,
    image,
    mac: node.mac as Mac | null,
    also: Array.isArray(node.also) ? (node.also as readonly Mac[]) : [],
    address: addressOf(interfaces),
    interfaces,
    switch: textOf(node.switch),
    port: textOf(node.port),
    comment: textOf(node.comment) ?? '',
  }
}

/** Those outside of their networks (damaged data) are shown with a plus, and are none. */
function address(fact: unknown): string | null {
  return typeof fact === 'string' && /^[0-9a-f.:]+$/.test(fact) ? fact : null
}

function textOf(fact: unknown): string | null {
  return typeof fact === 'string' && fact !== '' ? fact : null
}

function addressOf(interfaces: readonly ExportedInterface[]): string | null {
  const own = interfaces.filter(({ name, ipv4, ipv6 }) => name !== 'BMC' && (ipv4 ?? ipv6) !== null)
  const first = own.find(({ name }) => name === 'BOOTIF') ?? own[0]
  return first?.ipv4 ?? first?.ipv6 ?? null
}
