// The list of nodes: everything else is read once, so that it is fast for many thousands.
import type { Id } from '../../object/field.ts'
import type { Group } from '../../object/group.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import { interfaceFacts } from './describe.ts'
import type { Facts } from './facts.ts'
import { statusFacts } from './status.ts'

export interface ListedNode extends Facts {
  readonly name: string
  readonly group: string | null
  readonly osimage: string | null
  readonly mac: string | null
  readonly switch: string | null
  readonly port: string | null
  readonly interfaces: Facts
}

/**
 * The nodes of all groups, or of one (exit status 255 when there is no such group). Sorted by the name of the
 * group, then of the node; nodes without a group come last.
 */
export async function listNodes(store: Store, groupName?: string): Promise<ListedNode[]> {
  const groups =
    groupName === undefined ? await store.list('group') : [await store.getNamed('group', groupName)]
  const nodes = groupName === undefined ? await store.list('node') : await nodesOf(store, groups)
  const byId = new Map(groups.map((group) => [group.id, group]))
  const networks = new Map((await store.list('network')).map((network) => [network.id, network]))
  const images = new Map((await store.list('osimage')).map((image) => [image.id, image]))
  const switches = new Map((await store.list('switch')).map(({ id, name }) => [id, name]))
  const [macs, also] = [await store.macs(), await store.also()]
  const place = new Map(groups.map((group, at) => [group.id, at]))
  const byPlace = Map.groupBy(nodes, ({ group }) => (group && place.get(group)) ?? groups.length)
  const inOrder = [...byPlace].sort(([a], [b]) => a - b).flatMap(([, together]) => together)
  return inOrder.map((node): ListedNode => {
    const group = node.group === null ? undefined : byId.get(node.group)
    const image = group?.osimage ? images.get(group.osimage) : undefined
    const [others, { status }] = [also.get(node.id), node]
    return {
      name: node.name,
      group: group?.name ?? null,
      osimage: image?.name ?? null,
      mac: macs.get(node.id) ?? null,
      ...(others && { also: others }),
      interfaces: interfaceFacts(node, group, networks),
      switch: switchName(node, switches),
      port: node.port,
      localboot: node.localboot,
      service: node.service,
      setupbmc: node.setupbmc,
      ...(status && { status: statusFacts(status, node, image) }),
      comment: node.comment,
    }
  })
}

async function nodesOf(store: Store, groups: readonly Group[]): Promise<Node[]> {
  return (await Promise.all(groups.map((group) => store.nodesOf(group.id)))).flat()
}

function switchName({ switch: id }: Node, switches: ReadonlyMap<Id, string>): string | null {
  return id === null ? null : (switches.get(id) ?? `missing switch ${id}`)
}
