// MAC addresses that switches have seen, with the node of each, and whether it is configured at that port.
import type { Switch } from '../../object/switch.ts'
import type { Store } from '../../store/store.ts'
import { macOwners } from '../macs.ts'
import { secondsSince } from './age.ts'

export interface SeenMac {
  readonly switch: string
  readonly port: string
  readonly portname: string
  readonly mac: string
  /** Seconds since the switch told. */
  readonly age: number
  /** The node that has the MAC address is configured at this very port. */
  readonly configured: boolean
  /** The node that has the MAC address. */
  readonly node: string | null
}

/**
 * All that is remembered of the switches' forwarding tables, by switch name and port number; undefined when
 * there are no switches. What was learned from a switch that has been deleted is left out.
 */
export async function listMacs(store: Store, now: Date): Promise<SeenMac[] | undefined> {
  const switches = await store.list('switch')
  if (switches.length === 0) return undefined
  const byId = new Map(switches.map((one): [string, Switch] => [one.id, one]))
  const nodes = new Map((await store.list('node')).map((node) => [node.id, node]))
  const owners = new Map([...(await macOwners(store))].map(([mac, id]) => [mac, nodes.get(id)]))
  const seen: SeenMac[] = []
  for (const { switch: id, mac, port, portname, updated } of await store.learned()) {
    const name = byId.get(id)?.name
    if (name === undefined) continue
    const node = owners.get(mac)
    const configured = node?.switch === id && (node.port === port || node.port === portname)
    const age = secondsSince(updated, now)
    seen.push({ switch: name, port, portname, mac, age, configured, node: node?.name ?? null })
  }
  return seen.sort(byPlace)
}

function byPlace(a: SeenMac, b: SeenMac): number {
  const text = (one: SeenMac) => [one.switch, one.port, one.mac].join(' ')
  return text(a).localeCompare(text(b), 'en', { numeric: true })
}
