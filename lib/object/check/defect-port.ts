// Switch ports that several nodes are said to be at: none of them is found by it. The first Luna took any.
import type { Id } from '../field.ts'
import { compressHostlist } from '../hostlist.ts'
import type { Inventory } from '../net/address-use.ts'
import type { Defect } from './defect.ts'

type Wired = Pick<Inventory, 'node' | 'switch'>

export function portDefects(all: Wired): Defect[] {
  return sharedPorts(all).map((line) => ({ defect: 'shared-port', line }))
}

/** One line for each port with several nodes; with `of` only for ports of these nodes. Pure. */
export function sharedPorts({ node, switch: switches }: Wired, of?: ReadonlySet<string>): string[] {
  const names = new Map<Id, string>(switches.map(({ id, name }) => [id, name]))
  const wired = node.filter((each) => each.switch !== null && names.has(each.switch) && each.port)
  const places = Map.groupBy(wired, (each) => `port ${each.port} of ${names.get(each.switch ?? each.id)}`)
  return [...places].flatMap(([place, nodes]) => {
    if (nodes.length < 2 || (of && !nodes.some(({ name }) => of.has(name)))) return []
    const list = compressHostlist(nodes.map(({ name }) => name))
    const who = /^[\w.,[\]+-]+$/.test(list) ? list : JSON.stringify(list)
    return [`${who} are all at ${place}: none of them is found by it`]
  })
}
