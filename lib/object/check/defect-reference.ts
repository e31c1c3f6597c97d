// References to what is gone, leftovers, and what nodes have on interfaces that their groups lack. What can
// be repaired is repaired in the copy that is handed on, so that the later checks do not tell the same twice.

import type { Id, NodeInterface } from '../field.ts'
import type { Group } from '../group.ts'
import type { Inventory } from '../net/address-use.ts'
import { heldBy, noAddress } from '../net/slot.ts'
import type { Node } from '../node.ts'
import type { Change, Objects } from '../objects.ts'
import { type Defect, label, type Repair } from './defect.ts'

/** What was found, and everything as it is when that is repaired. */
export interface Repaired {
  readonly defects: readonly Defect[]
  readonly all: Inventory
}

interface Known {
  readonly ids: ReadonlySet<Id>
  readonly groups: ReadonlyMap<Id, Group>
}

export function referenceDefects(all: Inventory): Repaired {
  const defects: Defect[] = []
  const known: Known = {
    ids: new Set(Object.values(all).flatMap((objects) => objects.map(({ id }) => id))),
    groups: new Map(all.group.map((group) => [group.id, group])),
  }
  const found = <T>(one: { defects: readonly Defect[]; object: T }): T => {
    defects.push(...one.defects)
    return one.object
  }
  const group = all.group.map((each) => found(inGroup(each, known)))
  const repaired: Known = { ...known, groups: new Map(group.map((each) => [each.id, each])) }
  const rest = {
    cluster: all.cluster.map((each) => found(inCluster(each, known))),
    switch: all.switch.map((each) => found(inSwitch(each, known))),
    otherdev: all.otherdev.map((each) => found(inOtherdev(each, known))),
    node: all.node.map((each) => found(inNode(each, repaired))),
  }
  return { defects, all: { ...all, ...rest, group } }
}

function inCluster(cluster: Objects['cluster'], { ids }: Known) {
  if (!isGone(cluster.dhcp_net, ids)) return { defects: [], object: cluster }
  const change = { dhcp_net: null, dhcp_range_start: null, dhcp_range_end: null }
  const line = 'cluster: its DHCP network is gone'
  return defectsOf('cluster', cluster, [{ line, change }])
}

function inGroup(group: Group, { ids }: Known) {
  const what = label('group', group.name)
  const changes: { line: string; change?: Change<'group'> }[] = []
  if (isGone(group.osimage, ids) || group.osimage === null)
    changes.push({ line: `${what}: its image is gone (luna group change ${group.name} --osimage IMAGE)` })
  if (isGone(group.bmcsetup, ids))
    changes.push({ line: `${what}: its BMC setup is gone`, change: { bmcsetup: null } })
  if (isGone(group.domain, ids))
    changes.push({ line: `${what}: the network of its domain is gone`, change: { domain: null } })
  let { interfaces } = group
  for (const [key, iface] of Object.entries(interfaces)) {
    for (const version of [4, 6] as const) {
      if (!isGone(iface.network[version], ids)) continue
      const now = interfaces[key] ?? iface
      interfaces = { ...interfaces, [key]: { ...now, network: { ...now.network, [version]: null } } }
      changes.push({
        line: `${what}: the network of interface ${iface.name} is gone`,
        change: { interfaces },
      })
    }
  }
  return defectsOf('group', group, changes)
}

function inSwitch(one: Objects['switch'], { ids }: Known) {
  const what = label('switch', one.name)
  const place = `luna switch change ${one.name} --network NETWORK --ip ADDRESS`
  if (one.network === null || isGone(one.network, ids))
    return defectsOf('switch', one, [{ line: `${what}: its network is gone (${place})` }])
  return { defects: [], object: one }
}

function inOtherdev(device: Objects['otherdev'], { ids }: Known) {
  let { connected } = device
  const changes = Object.keys(connected)
    .filter((id) => isGone(id as Id, ids))
    .map((id) => {
      connected = Object.fromEntries(Object.entries(connected).filter(([other]) => other !== id))
      return { line: `${label('otherdev', device.name)}: a network of it is gone`, change: { connected } }
    })
  return defectsOf('otherdev', device, changes)
}

function inNode(node: Node, { ids, groups }: Known) {
  const what = label('node', node.name)
  const group = node.group === null ? undefined : groups.get(node.group)
  const changes: { line: string; change?: Change<'node'> }[] = []
  if (isGone(node.switch, ids))
    changes.push({ line: `${what}: its switch is gone`, change: { switch: null } })
  const dangling = defectsOf('node', node, changes)
  if (group) {
    const stale = staleInterfaces(node, group, what)
    const more = defectsOf('node', dangling.object, stale, 'stale-interface')
    return { defects: [...dangling.defects, ...more.defects], object: more.object }
  }
  const lost = defectsOf('node', dangling.object, [
    { line: `${what}: its group is gone (luna node change ${node.name} --group GROUP)` },
  ])
  return { defects: [...dangling.defects, ...lost.defects], object: lost.object }
}

function staleInterfaces(node: Node, group: Group, what: string) {
  const held = new Set(heldBy(node, group).map(({ key, version }) => `${key} ${version}`))
  const kept: Record<string, NodeInterface> = {}
  const changes: { line: string; change: Change<'node'> }[] = []
  for (const [key, iface] of Object.entries(node.interfaces)) {
    const own = group.interfaces[key]
    if (!own) changes.push({ line: `${what}: has an interface that its group lacks`, change: {} })
    else kept[key] = { 4: held.has(`${key} 4`) ? iface[4] : null, 6: held.has(`${key} 6`) ? iface[6] : null }
    if (own && (kept[key] ?? noAddress)[4] === iface[4] && (kept[key] ?? noAddress)[6] === iface[6]) continue
    if (own)
      changes.push({
        line: `${what}: has an address on ${own.name}, which has no network for it`,
        change: {},
      })
  }
  return changes.map(({ line }) => ({ line, change: { interfaces: kept } }))
}

function isGone(id: Id | null, ids: ReadonlySet<Id>): boolean {
  return id !== null && !ids.has(id)
}

/** One defect per line; the changes add up in the object that comes back. */
function defectsOf<K extends 'cluster' | 'group' | 'node' | 'switch' | 'otherdev'>(
  kind: K,
  object: Objects[K],
  found: readonly { line: string; change?: Change<K> }[],
  defect: 'dangling' | 'stale-interface' = 'dangling',
) {
  const defects = found.map(({ line, change }): Defect => {
    // Kind and change belong together by the parameters; the compiler cannot see that of a type parameter.
    const step = change && ({ do: 'update', kind, id: object.id, change } as Repair)
    return { defect, line, ...(step && { repair: step }) }
  })
  const changes = Object.assign({}, ...found.map(({ change }) => change)) as Change<K>
  return { defects, object: { ...object, ...changes } }
}
