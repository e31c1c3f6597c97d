// Documents that an addition or deletion of the first Luna left behind half-way: unlinked, and without an
// address.

import type { Id } from '../field.ts'
import { heldBy } from '../net/slot.ts'
import { type Defect, label, type Snapshot } from './defect.ts'
import type { Repaired } from './defect-reference.ts'

export function orphanDefects({ all, counters, macs }: Snapshot): Repaired {
  const linked = new Set(counters.filter(({ uses }) => uses > 0).map(({ user }) => user.id))
  const withMac = new Set(macs.map(({ node }) => node))
  const groups = new Map(all.group.map((group) => [group.id, group]))
  const nodes = all.node.filter((node) => {
    const group = node.group === null ? undefined : groups.get(node.group)
    const addresses = group ? heldBy(node, group).length : 0
    return !linked.has(node.id) && !withMac.has(node.id) && addresses === 0
  })
  const switches = all.switch.filter(({ id, ip }) => !linked.has(id) && ip === null)
  const gone = new Set<Id>([...nodes, ...switches].map(({ id }) => id))
  return {
    defects: [
      ...nodes.map(({ id, name }) => orphan('node', id, name)),
      ...switches.map(({ id, name }) => orphan('switch', id, name)),
    ],
    all: {
      ...all,
      node: all.node.filter(({ id }) => !gone.has(id)),
      switch: all.switch.filter(({ id }) => !gone.has(id)),
    },
  }
}

function orphan(kind: 'node' | 'switch', id: Id, name: string): Defect {
  const line = `${label(kind, name)}: left behind by a command that failed: it is linked to nothing and has no address`
  return { defect: 'orphan', line, repair: { do: 'remove', kind, id } }
}
